package dev.switchboard.e2e.hostile;

import dev.switchboard.chat.ChatServer;
import dev.switchboard.security.JwtAuthenticator;
import dev.switchboard.server.Addresses;
import dev.switchboard.server.Backstage;
import dev.switchboard.server.Endpoint;
import dev.switchboard.server.RawEndpoint;
import dev.switchboard.server.Server;
import dev.switchboard.server.Verdict;
import dev.switchboard.transport.Deflate;
import dev.switchboard.transport.HttpLimits;
import dev.switchboard.transport.HttpRequest;
import dev.switchboard.transport.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The server that is attacked. It has one endpoint of each kind: {@code /ws} knows its users by
 * {@code ?user=}, {@code /secure} by tokens, {@code /limited} lets them do little, and {@code /raw}
 * echoes. At {@code /} are the files of the chat, and at {@code /page} is a route.
 */
final class Site implements AutoCloseable {
  /** Messages that one connection of {@code /limited} may send at once. */
  static final int RATE = 20;

  /** Rooms of one session, and of all, at {@code /limited}. */
  static final int ROOMS = 5;

  static final int ALL_ROOMS = 8;

  /** Connections of one user at {@code /limited}. */
  static final int CONNECTIONS = 3;

  /** How long a stranger may take for the head of a request. */
  static final Duration HEAD = Duration.ofSeconds(1);

  private static final Duration SESSIONS_END = Duration.ofDays(1);

  private final Endpoint<Talk> open = people().deflate(Deflate.DEFAULT).maxRooms(20);
  private final Endpoint<Talk> limited =
      people()
          .rate(RATE, Duration.ofSeconds(10))
          .maxRooms(ROOMS)
          .maxRoomsInAll(ALL_ROOMS)
          .maxConnectionsPerUser(CONNECTIONS);
  private final Endpoint<Talk> secure =
      answering(Endpoint.of(Talk.class).authenticate(tokens()).cookie("session"));
  private final RawEndpoint raw =
      RawEndpoint.create()
          .deflate(Deflate.DEFAULT)
          .onText((peer, text) -> peer.send(text))
          .onBinary((peer, bytes) -> peer.send(bytes));
  private final Server server;
  private final Watch watch;

  Site() {
    HttpLimits usual = HttpLimits.DEFAULT;
    server =
        Backstage.http(
                Server.builder(),
                new HttpLimits(
                    usual.maxHeadBytes(), usual.maxBodyBytes(), HEAD, HEAD, Duration.ofSeconds(30)))
            .port(0)
            .hosts("chat.example.com", "*.wild.example")
            .endpoint("/ws", open)
            .endpoint("/limited", limited)
            .endpoint("/secure", secure)
            .endpoint("/raw", raw)
            .get("/page", request -> HttpResponse.text(200, "a page\n"))
            .files(ChatServer.class, "/dev/switchboard/chat/web/")
            .start();
    watch =
        new Watch(
            port(),
            "\"type\":\"chat\",\"data\":{\"message\":\"%s\"}",
            () -> {
              forgetTheAbsent();
              return held();
            });
  }

  private static Endpoint<Talk> people() {
    return answering(
        Endpoint.of(Talk.class)
            .identify(request -> Verdict.allow(user(request)))
            .origins("https://app.example.com"));
  }

  private static Endpoint<Talk> answering(Endpoint<Talk> endpoint) {
    return endpoint
        .clientsMayPublish(Talk.Said.class, Addresses.rooms())
        .clientsMayPublish(Talk.Typing.class, Addresses.rooms())
        .reply(Talk.Ask.class, (ask, from) -> new Talk.Answer(ask.n() + 1))
        .reply(Talk.Who.class, (who, from) -> new Talk.Author(from.user()));
  }

  private static String user(HttpRequest request) {
    return request.query().getOrDefault("user", List.of("nobody")).getFirst();
  }

  private static JwtAuthenticator tokens() {
    return JwtAuthenticator.builder()
        .secret(Forger.SECRET)
        .publicKey(Forger.RSA.getPublic())
        .publicKey(Forger.EC.getPublic())
        .issuer(Forger.ISSUER)
        .audience(Forger.AUDIENCE)
        .build();
  }

  int port() {
    return server.port();
  }

  /** Returns the bystanders, who are at {@code /ws}. */
  Watch watch() {
    return watch;
  }

  /** Returns the endpoint at {@code /ws}. */
  Endpoint<Talk> open() {
    return open;
  }

  /** Connects as that user, and reads the welcome. */
  Typist enter(String user) {
    Typist typist = Typist.open(port(), "/ws?user=" + user);
    typist.next("welcome");
    return typist;
  }

  /** Connects as that user, and joins the room. */
  Typist enter(String user, String room) {
    Typist typist = enter(user);
    typist.ask("{\"type\":\"join_room\",\"room\":\"" + room + "\",\"id\":0}", "room_joined");
    return typist;
  }

  /** Returns how much the server holds: connections, sessions, rooms and so on. */
  private Map<String, Integer> held() {
    Map<String, Integer> held = new TreeMap<>();
    held.put("connections", server.connections());
    Map.of("/ws", open, "/limited", limited, "/secure", secure)
        .forEach((path, endpoint) ->
            Backstage.held(endpoint).forEach((what, size) -> held.put(path + " " + what, size)));
    Backstage.held(raw).forEach((what, size) -> held.put("/raw " + what, size));
    return held;
  }

  /** Ends the sessions whose clients are gone. */
  private void forgetTheAbsent() {
    for (Endpoint<Talk> endpoint : List.of(open, limited, secure)) {
      Backstage.later(endpoint, SESSIONS_END);
    }
  }

  @Override
  public void close() {
    watch.close();
    server.close();
  }
}
