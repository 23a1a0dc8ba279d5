package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.spi.Broker;
import dev.switchboard.spi.Committed;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Page;
import dev.switchboard.spi.Position;
import dev.switchboard.spi.Publication;
import dev.switchboard.spi.Retention;
import dev.switchboard.transport.Headers;
import dev.switchboard.transport.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

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
  private final TypedPath path = new TypedPath(endpoint);
  private final List<SimLink> links = new ArrayList<>();
  private boolean alive = true;

  SimServer(SimWorld world, SimStore store, int kept, int maxPending) {
    this.world = world;
    this.store = store;
    this.broker = new Committing(new LocalBroker(store, reads::add));
    endpoint
        .everyoneMayBroadcast(true)
        .retention(new Retention(kept, Duration.ofHours(1)))
        .maxMessageBytes(256)
        .maxPendingBytes(maxPending)
        .presenceNotices(new PresenceNotices(world.random.nextInt(4), Duration.ofSeconds(1), 2))
        .whenSlow(
            switch (world.random.nextInt(3)) {
              case 0 -> WhenSlow.drop();
              case 1 -> WhenSlow.newest();
              default -> WhenSlow.close();
            })
        .threads(threads::add);
    MemoryPresence users = new MemoryPresence();
    users.watch(path::changed);
    path.start("/ws", broker, users, Time.of(world.clock), Meter.NONE);
    loops.forEach(world::add);
    List.of(threads, reads, broker).forEach(world::add);
    tick();
  }

  private void tick() {
    if (alive) {
      path.tick(world.clock.millis());
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

  /** A client's connection, upgraded. */
  SimLink accept(SimLink.Far client, int number, String user) {
    SimLoop loop = loops.get(world.random.nextInt(loops.size()));
    SimLink link =
        new SimLink(
            world, loop, client, number, endpoint.settings().maxPendingBytes(), store::refused);
    links.add(link);
    HttpRequest request =
        new HttpRequest("GET", "/ws", Headers.EMPTY, link.remoteAddress(), false, new byte[0]);
    assertThat(path.census().enter(user, Router.address(request), path.settings())).isNull();
    loop.execute(() -> link.listener(path.open(link, request, Map.of(), user)));
    return link;
  }

  List<SimLink> links() {
    return links;
  }

  /** The process ends at once, perhaps after it has committed something that nobody hears of. */
  void kill() {
    world.tell("the server is killed");
    alive = false;
    if (world.chance(50)) {
      broker.act();
    }
    loops.forEach(world::remove);
    List.of(threads, reads, broker).forEach(world::remove);
    links.forEach(SimLink::serverGone);
    for (SimLoop loop : loops) { // nobody hears of it any more, but buffers must be given back
      while (loop.ready()) {
        loop.act();
      }
    }
  }

  /** The broker, committing when it is its turn. */
  private static final class Committing implements Broker, SimWorld.Actor {
    private final LocalBroker broker;
    private boolean waiting;

    Committing(LocalBroker broker) {
      this.broker = broker;
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

    @Override
    public CompletionStage<List<Committed>> publish(List<Publication> publications) {
      waiting = true;
      return broker.publish(publications);
    }

    @Override
    public CompletionStage<Position> subscribe(LogKey log, Subscriber subscriber) {
      waiting = true;
      return broker.subscribe(log, subscriber);
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
}
