package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.protocol.wire.Encoding;
import dev.switchboard.server.broker.CommitQueue;
import dev.switchboard.server.broker.StoreBroker;
import dev.switchboard.server.identity.AuditLog;
import dev.switchboard.server.identity.Restrictions;
import dev.switchboard.server.limits.ConnectionCounts;
import dev.switchboard.server.limits.Meter;
import dev.switchboard.server.limits.Time;
import dev.switchboard.server.presence.MemoryPresence;
import dev.switchboard.server.session.Hub;
import dev.switchboard.server.session.SessionClaims;
import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.Broker;
import dev.switchboard.spi.Bus;
import dev.switchboard.spi.Committed;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Page;
import dev.switchboard.spi.Position;
import dev.switchboard.spi.PresenceStore;
import dev.switchboard.spi.Publication;
import dev.switchboard.transport.Headers;
import dev.switchboard.transport.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A server's process in a {@link SimWorld}: everything of the real one above the socket. */
final class SimServer {
  private static final int TICK_MILLIS = 250;

  private final SimWorld world;
  private final SimStore store;
  private final List<SimLoop> loops = List.of(new SimLoop(), new SimLoop());
  private final SimWorld.Queue threads = new SimWorld.Queue();
  private final SimWorld.Queue reads = new SimWorld.Queue();
  private final Committing broker;
  private final Endpoint<Talk> endpoint = Talk.endpoint();
  private final EndpointPath.Typed path = new EndpointPath.Typed(endpoint);
  private final List<SimLink> links = new ArrayList<>();
  private final SimCluster.@Nullable Node node; // null if it is alone
  private final SessionClaims claims;
  private boolean alive = true;

  /** A server that begins, and is alone. */
  SimServer(SimWorld world, SimStore store, boolean late, Consumer<Endpoint<Talk>> options) {
    this(world, store, late, options, null);
  }

  /**
   * A server that begins.
   *
   * @param late whether its store's answers may be heard of late
   * @param options of its endpoint
   * @param node what it shares with others; null if it is alone
   */
  SimServer(
      SimWorld world,
      SimStore store,
      boolean late,
      Consumer<Endpoint<Talk>> options,
      SimCluster.@Nullable Node node) {
    this.world = world;
    this.store = store;
    this.node = node;
    Bus bus = node == null ? null : node.bus;
    this.broker =
        new Committing(
            world,
            store,
            new StoreBroker(
                store, bus, reads::add, CommitQueue.DEFAULT_MAX_BYTES, world.clock::millis),
            late);
    this.claims = new SessionClaims(bus, world.clock::millis);
    options.accept(endpoint);
    endpoint.threads(threads::add);
    PresenceStore users = node == null ? new MemoryPresence() : node.presence;
    users.watch(path::changed);
    Restrictions none = new Restrictions(null, world.clock);
    AuditLog audit = new AuditLog(world.clock::millis);
    path.start(
        "/ws",
        new Services(
            broker,
            users,
            new Orders(Map.of("/ws", path), none, null),
            claims,
            Time.of(world.clock),
            audit,
            null),
        Meter.NONE);
    loops.forEach(world::add);
    List.of(threads, reads, broker).forEach(world::add);
    tick();
  }

  private void tick() {
    if (alive) {
      path.tick(world.clock.millis());
      claims.tick();
      broker.waiting = true; // it may have to find out what became of a commit that failed
      world.after(TICK_MILLIS, this::tick);
    }
  }

  Hub hub() {
    return endpoint.hub();
  }

  boolean alive() {
    return alive;
  }

  Endpoint<Talk> endpoint() {
    return endpoint;
  }

  /** Where handlers and hooks run. */
  SimWorld.Queue threads() {
    return threads;
  }

  Committing broker() {
    return broker;
  }

  /** A client's connection, upgraded. */
  SimLink accept(SimLink.Far client, int number, String user, Encoding encoding) {
    SimLoop loop = loops.get(world.random.nextInt(loops.size()));
    int maxPending = endpoint.settings().maxPendingBytes();
    int kernel = world.chance(50) ? 0 : world.random.nextInt(2 * maxPending);
    SimLink link =
        new SimLink(world, loop, client, number, maxPending, kernel, encoding, store::refused);
    links.add(link);
    HttpRequest request =
        new HttpRequest("GET", "/ws", Headers.EMPTY, link.remoteAddress(), false, new byte[0]);
    assertThat(
            path.connectionCounts()
                .enter(
                    user, ConnectionCounts.address(request), path.context().settings().clients()))
        .isNull();
    loop.execute(() ->
        link.listener(
            path.open(
                link, request, Map.of(), user.isEmpty() ? null : AuthenticatedUser.of(user))));
    return link;
  }

  /** Hears nothing of the others for some time. */
  void deafen(int millis) {
    if (node != null) {
      node.deafen(millis);
    }
  }

  List<SimLink> links() {
    return links;
  }

  /** The process ends at once, perhaps after it has committed something that nobody hears of. */
  void kill() {
    world.tell("the server is killed");
    alive = false;
    if (node != null) {
      node.kill();
    }
    if (world.chance(50)) {
      broker.act();
    }
    loops.forEach(world::remove);
    List.of(threads, reads, broker).forEach(world::remove);
    links.forEach(SimLink::serverGone);
    while (loops.stream().anyMatch(SimLoop::ready)) { // nobody hears of it, but buffers go back
      loops.stream().filter(SimLoop::ready).forEach(SimLoop::act);
    }
    hub().topics().close(); // its memory goes with the process
  }

  /** The broker, committing when it is its turn, and answering late at times. */
  static final class Committing implements Broker, SimWorld.Actor {
    private final SimWorld world;
    private final SimStore store;
    private final StoreBroker broker;
    private final boolean late;
    private boolean waiting;

    Committing(SimWorld world, SimStore store, StoreBroker broker, boolean late) {
      this.world = world;
      this.store = store;
      this.broker = broker;
      this.late = late;
    }

    @Override
    public boolean ready() {
      return waiting;
    }

    @Override
    public void act() {
      waiting = false;
      broker.commitWaiting();
    }

    /** The same outcome, perhaps heard of long after it came about. */
    private <T> CompletionStage<T> late(CompletionStage<T> outcome) {
      if (!late || world.chance(70)) {
        return outcome;
      }
      CompletableFuture<T> heard = new CompletableFuture<>();
      int millis = world.random.nextInt(3_000);
      outcome.whenComplete((result, failure) ->
          world.after(
              millis,
              () -> {
                if (failure == null) {
                  heard.complete(result);
                } else {
                  heard.completeExceptionally(failure);
                }
              }));
      return heard;
    }

    @Override
    public CompletionStage<List<Committed>> publish(List<Publication> publications) {
      waiting = true;
      CompletionStage<List<Committed>> outcome;
      try {
        outcome = broker.publish(publications);
      } catch (RuntimeException failure) {
        outcome = CompletableFuture.failedStage(failure);
      }
      return late(
          outcome.whenComplete((committed, failure) -> {
            if (failure != null) {
              publications.forEach(one -> store.refused(Objects.requireNonNull(one.messageId())));
            }
          }));
    }

    @Override
    public CompletionStage<Position> subscribe(LogKey log, Subscriber subscriber) {
      waiting = true;
      return late(broker.subscribe(log, subscriber));
    }

    @Override
    public void unsubscribe(LogKey log) {
      broker.unsubscribe(log);
    }

    @Override
    public CompletionStage<Page> after(LogKey log, long seq, int limit, long bytes) {
      return late(broker.after(log, seq, limit, bytes));
    }

    @Override
    public CompletionStage<Page> before(LogKey log, long seq, int limit, long bytes) {
      return late(broker.before(log, seq, limit, bytes));
    }

    @Override
    public void close(Duration limit) {}
  }
}
