package dev.switchboard.server;

import dev.switchboard.server.broker.CommitQueue;
import dev.switchboard.server.broker.StoreBroker;
import dev.switchboard.server.identity.AuditLog;
import dev.switchboard.server.identity.Restrictions;
import dev.switchboard.server.limits.ConnectionCounts;
import dev.switchboard.server.limits.Meter;
import dev.switchboard.server.limits.Time;
import dev.switchboard.server.session.SessionClaims;
import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.Broker;
import dev.switchboard.spi.Bus;
import dev.switchboard.spi.Committed;
import dev.switchboard.spi.HistoryStore;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Page;
import dev.switchboard.spi.Position;
import dev.switchboard.spi.Publication;
import dev.switchboard.transport.Headers;
import dev.switchboard.transport.HttpRequest;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** A server of a {@link ScaleSimulation}, which counts what it says to others and to the store. */
final class ScaleNode implements Bus {
  private static final String PATH = "/ws";

  private final ScaleSimulation world;
  private final SimLoop loop = new SimLoop();
  private final SimWorld.Queue threads = new SimWorld.Queue();
  private final Map<String, Listener> listeners = new HashMap<>();
  private final Endpoint<Talk> endpoint = Talk.endpoint().anyRate();
  private final EndpointPath.Typed path = new EndpointPath.Typed(endpoint);
  private final Waiting broker;
  private final SessionClaims claims;
  private boolean alive = true;

  // What it has done since it was last asked.
  int sent;
  int received;
  int transactions;
  int reads;

  ScaleNode(ScaleSimulation world) {
    this.world = world;
    this.broker =
        new Waiting(
            new StoreBroker(
                new Store(world.logs),
                this,
                threads::add,
                CommitQueue.DEFAULT_MAX_BYTES,
                world.clock::millis));
    this.claims = new SessionClaims(this, world.clock::millis);
    endpoint.threads(threads::add);
    Restrictions none = new Restrictions(null, world.clock);
    ScalePresence.End users = world.presence.end(this);
    users.watch(path::changed);
    path.start(
        PATH,
        new Services(
            broker,
            users,
            new Orders(Map.of(PATH, path), none, null),
            claims,
            Time.of(world.clock),
            new AuditLog(world.clock::millis),
            null),
        Meter.NONE);
  }

  /** Does what is to be done now. Committing takes a millisecond. */
  void run() {
    while (alive && (loop.ready() || threads.ready())) {
      if (loop.ready()) {
        loop.act();
      } else {
        threads.act();
      }
    }
    if (alive && broker.waiting > 0 && !broker.asked) {
      broker.asked = true;
      world.after(
          1,
          this,
          () -> {
            broker.asked = false;
            broker.broker.commitWaiting();
          });
    }
  }

  void tick() {
    if (alive) {
      path.tick(world.clock.millis());
      claims.tick();
    }
  }

  /** Compares the heads of all logs it reads, as servers do every 10 seconds. */
  void check() {
    listeners.values().forEach(Listener::restored);
    broker.waiting++;
    world.after(
        1,
        this,
        () -> {
          broker.waiting--;
          broker.broker.commitWaiting();
        });
  }

  void kill() {
    alive = false;
  }

  boolean alive() {
    return alive;
  }

  ScaleLink accept(String user, Consumer<byte[]> client) {
    ScaleLink link = new ScaleLink(loop, client);
    HttpRequest request =
        new HttpRequest("GET", PATH, Headers.EMPTY, link.remoteAddress(), false, new byte[0]);
    path.connectionCounts()
        .enter(user, ConnectionCounts.address(request), path.context().settings().clients());
    loop.execute(
        () -> link.listener(path.open(link, request, Map.of(), AuthenticatedUser.of(user))));
    return link;
  }

  // The bus.

  @Override
  public void listen(String kind, Listener listener) {
    listeners.put(kind, listener);
  }

  @Override
  public void start() {}

  @Override
  public void send(String kind, byte[] message) {
    if (alive) {
      sent++;
      world.others(this, other -> other.receive(kind, message));
    }
  }

  private void receive(String kind, byte[] message) {
    received++;
    Listener listener = listeners.get(kind);
    if (listener != null) {
      listener.received(message);
    }
  }

  @Override
  public void close() {}

  /** The broker, which knows whether something waits. */
  private static final class Waiting implements Broker {
    private final StoreBroker broker;
    private int waiting; // calls without an answer
    private boolean asked; // whether committing is due already

    Waiting(StoreBroker broker) {
      this.broker = broker;
    }

    private <T> CompletionStage<T> until(CompletionStage<T> stage) {
      waiting++;
      return stage.whenComplete((done, failure) -> waiting--);
    }

    @Override
    public CompletionStage<List<Committed>> publish(List<Publication> publications) {
      return until(broker.publish(publications));
    }

    @Override
    public CompletionStage<Position> subscribe(LogKey log, Subscriber subscriber) {
      return until(broker.subscribe(log, subscriber));
    }

    @Override
    public void unsubscribe(LogKey log) {
      broker.unsubscribe(log);
    }

    @Override
    public CompletionStage<Page> after(LogKey log, long seq, int limit, long bytes) {
      return broker.after(log, seq, limit, bytes);
    }

    @Override
    public CompletionStage<Page> before(LogKey log, long seq, int limit, long bytes) {
      return broker.before(log, seq, limit, bytes);
    }

    @Override
    public void close(Duration limit) {}
  }

  /** The store that all share, as one that blocks. */
  private final class Store implements HistoryStore {
    private final HistoryStore shared;

    Store(HistoryStore shared) {
      this.shared = shared;
    }

    @Override
    public List<Committed> append(List<Publication> batch) {
      transactions++;
      return shared.append(batch);
    }

    @Override
    public Position head(LogKey log) {
      reads++;
      return shared.head(log);
    }

    @Override
    public Map<LogKey, Position> heads(Collection<LogKey> logs) {
      reads++;
      return shared.heads(logs);
    }

    @Override
    public Page after(LogKey log, long seq, int limit, long bytes) {
      reads++;
      return shared.after(log, seq, limit, bytes);
    }

    @Override
    public Page before(LogKey log, long seq, int limit, long bytes) {
      reads++;
      return shared.before(log, seq, limit, bytes);
    }

    @Override
    public void close() {}
  }
}
