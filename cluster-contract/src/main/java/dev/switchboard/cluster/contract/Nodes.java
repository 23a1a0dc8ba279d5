package dev.switchboard.cluster.contract;

import static org.awaitility.Awaitility.await;

import dev.switchboard.server.Addresses;
import dev.switchboard.server.Endpoint;
import dev.switchboard.server.Peer;
import dev.switchboard.server.Server;
import dev.switchboard.server.Verdict;
import dev.switchboard.spi.AuthenticatedUser;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Starts servers on an engine, whose endpoints a test uses, and connects members of a room. */
public abstract class Nodes {
  /** The address of this test's store. */
  final String url;

  private final Engine engine;

  /** Closes what a test has opened. */
  @RegisterExtension protected final Closing close = new Closing();

  /** Tests an engine. */
  Nodes(Engine engine) {
    this.engine = engine;
    this.url = engine.url();
  }

  /** A server with its endpoint. */
  record Node(Endpoint<Talk> endpoint, Server server) {
    int port() {
      return server.port();
    }

    Peer<Talk> peerOf(String user) {
      await().until(() -> !endpoint.peersOf(user).isEmpty());
      return endpoint.peersOf(user).getFirst();
    }
  }

  /** Starts a server on this test's store. */
  Node node() {
    return node(url);
  }

  /** Starts a server on the store at an address. Each user has a credential. */
  Node node(String database) {
    Endpoint<Talk> endpoint =
        Endpoint.of(Talk.class)
            .identify(request -> {
              String name = request.query().getOrDefault("user", List.of("nobody")).getFirst();
              return Verdict.allow(
                  new AuthenticatedUser(name, Map.of(), Set.of(), null, "token of " + name));
            })
            .clientsMayPublish(Talk.Said.class, Addresses.rooms());
    Server server =
        close.later(
            Server.builder()
                .port(0)
                .closeTimeout(Duration.ofSeconds(1))
                .cluster(engine.open(database))
                .endpoint("/ws", endpoint)
                .start());
    return new Node(endpoint, server);
  }

  /** Connects a user, who joins the room. */
  Member member(String name, int port) {
    return close.later(new Member(name, port));
  }
}
