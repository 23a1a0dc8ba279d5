package dev.switchboard.cluster.contract;

import dev.switchboard.server.Addresses;
import dev.switchboard.server.Endpoint;
import dev.switchboard.server.Server;
import dev.switchboard.server.Verdict;
import dev.switchboard.spi.Cluster;
import dev.switchboard.transport.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Starts servers on an engine, and connects members of a room. */
public abstract class Servers {
  /** What the servers share. */
  protected final Engine engine;

  /** The address of this test's store. */
  protected final String url;

  /** Closes what a test has opened. */
  @RegisterExtension protected final Closing close = new Closing();

  /** Tests an engine. */
  protected Servers(Engine engine) {
    this.engine = engine;
    this.url = engine.url();
  }

  /** Starts a server on this test's store. */
  protected Server server() {
    return server(url);
  }

  /** Starts a server on the store at an address. */
  protected Server server(String database) {
    return server(database, UnaryOperator.identity());
  }

  /** Starts a server. */
  protected Server server(Cluster cluster) {
    return server(cluster, UnaryOperator.identity());
  }

  /** Starts a server with further options. */
  protected Server server(String database, UnaryOperator<Endpoint<Talk>> options) {
    return server(engine.open(database), options);
  }

  private Server server(Cluster cluster, UnaryOperator<Endpoint<Talk>> options) {
    Endpoint<Talk> endpoint =
        Endpoint.of(Talk.class)
            .identify(Servers::named)
            .clientsMayPublish(
                Talk.Said.class, Addresses.rooms(), Addresses.users(), Addresses.everyone())
            .clientsMayPublish(Talk.Typing.class, Addresses.rooms(), Addresses.users())
            .anyRate();
    return close.later(
        Server.builder()
            .port(0)
            .closeTimeout(Duration.ofSeconds(1))
            .cluster(cluster)
            .endpoint("/ws", options.apply(endpoint))
            .start());
  }

  private static Verdict named(HttpRequest request) {
    return Verdict.allow(request.query().getOrDefault("user", List.of("nobody")).get(0));
  }

  /** Connects a user, who joins the room. */
  protected Member member(String name, Server server) {
    return close.later(new Member(name, server.port()));
  }

  /** Publishes so many messages, with several of them on their way at any time. */
  protected static Callable<Void> talks(Member member, int messages) {
    return () -> {
      List<CompletableFuture<?>> receipts = new ArrayList<>();
      for (int i = 0; i < messages; i++) {
        receipts.add(member.room.publishAsync(new Talk.Said("m" + i)).toCompletableFuture());
        if (i >= 20) {
          receipts.get(i - 20).join();
        }
      }
      receipts.forEach(CompletableFuture::join);
      return null;
    };
  }

  /** Does several things at the same time. */
  protected static void atOnce(List<Callable<Void>> tasks) throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Void> done : threads.invokeAll(tasks)) {
        done.get();
      }
    }
  }
}
