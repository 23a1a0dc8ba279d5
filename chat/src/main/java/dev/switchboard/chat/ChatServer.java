package dev.switchboard.chat;

import dev.switchboard.protocol.Address;
import dev.switchboard.server.Addresses;
import dev.switchboard.server.Certificates;
import dev.switchboard.server.Endpoint;
import dev.switchboard.server.PublishContext;
import dev.switchboard.server.Server;
import dev.switchboard.server.ServerBuilder;
import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.Authenticator;
import dev.switchboard.spi.Cluster;
import dev.switchboard.spi.HistoryStore;
import dev.switchboard.spi.Retention;
import dev.switchboard.transport.Headers;
import dev.switchboard.transport.HttpRequest;
import dev.switchboard.transport.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.StringNode;

/**
 * The chat application: rooms, direct messages, history, and the page, on one port. Thread-safe.
 *
 * <p>A direct message is kept in two inboxes, that of the addressee and that of the sender,
 * committed together: so every device of both shows the whole conversation.
 */
public final class ChatServer implements AutoCloseable {
  /** Kept of each room and inbox: the last 100,000 messages of five years, of at most 64 MiB. */
  public static final Retention RETENTION =
      new Retention(100_000, Duration.ofDays(5 * 365), 64L << 20);

  /** So much of {@link Limits#rate} may come at once. */
  private static final Duration BURST = Duration.ofSeconds(30);

  /** What one person may publish in a day, and at once. */
  private static final long BYTES_A_DAY = 256L << 20;

  /**
   * What one person may cost the others. Immutable.
   *
   * @param retention how much is kept of each room and inbox
   * @param rate messages a second that one connection may send, joins and requests for pages
   *     included; what it may send in 30 seconds may come at once. 0: any number. With a rate, one
   *     person may also have no more than 256 MiB a day kept
   */
  public record Limits(Retention retention, int rate) {
    /** {@link ChatServer#RETENTION}, and 20 messages a second. */
    public static final Limits DEFAULT = new Limits(RETENTION, 20);

    /** Refuses a rate that makes no sense. */
    public Limits {
      if (rate < 0 || rate > 1_000_000) {
        throw new IllegalArgumentException("rate: " + rate + " (expected: 0-1000000)");
      }
    }
  }

  /**
   * Where it is reached. Immutable.
   *
   * @param host the address to listen on
   * @param port the port; 0 takes a free one
   * @param names the names that browsers reach it by, besides addresses and {@code localhost}
   *     ({@link ServerBuilder#hosts})
   * @param trustedProxies the addresses and networks of proxies in front ({@link
   *     ServerBuilder#trustedProxies})
   * @param certificates for TLS; null for plain text
   */
  public record Site(
      String host,
      int port,
      List<String> names,
      List<String> trustedProxies,
      @Nullable Certificates certificates) {
    /**
     * Copies the lists.
     *
     * @throws IllegalArgumentException if a name or a network is none
     */
    public Site {
      names = List.copyOf(names);
      trustedProxies = List.copyOf(trustedProxies);
      var unused = reached(names, trustedProxies);
    }

    private static ServerBuilder reached(List<String> names, List<String> trustedProxies) {
      return Server.builder()
          .hosts(names.toArray(String[]::new))
          .trustedProxies(trustedProxies.toArray(String[]::new));
    }

    private ServerBuilder server() {
      ServerBuilder server = reached(names, trustedProxies).host(host).port(port);
      return certificates == null ? server : server.tls(certificates);
    }
  }

  private static final String NAME_PATH = "/api/name";

  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; manifest-src 'self'; "
          + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private final Endpoint<Chat> endpoint;
  private final Guests guests;
  private final Server server;

  private ChatServer(ServerBuilder builder, Limits limits, @Nullable Authenticator users) {
    guests = new Guests(Clock.systemUTC());
    endpoint =
        known(users)
            .clientsMayPublish(
                Chat.class, Addresses.rooms(), Addresses.users(), Addresses.everyone())
            .clientsMayListOnlineUsers()
            .onPublish(Chat.Message.class, ChatServer::keepForSender)
            .retention(limits.retention)
            .inboxRetention(limits.retention);
    if (limits.rate > 0) {
      endpoint.rate(limits.rate * (int) BURST.toSeconds(), BURST);
      endpoint.bytesPerUser(BYTES_A_DAY, Duration.ofDays(1));
    } else {
      endpoint.anyRate();
    }
    ServerBuilder whole =
        builder
            .endpoint("/ws", endpoint)
            .files(
                ChatServer.class, "/dev/switchboard/chat/web/", "Content-Security-Policy", POLICY);
    if (users == null) {
      whole.get(NAME_PATH, this::guestName);
    }
    server = whole.start();
  }

  private Endpoint<Chat> known(@Nullable Authenticator authenticator) {
    Endpoint<Chat> chat = Endpoint.of(Chat.PROTOCOL);
    return authenticator == null
        ? chat.identify(request -> guests.admit(request, this::isOnline))
        : chat.authenticate(authenticator)
            .bindCodes("/bind-code")
            .get(NAME_PATH, ChatServer::tokenName);
  }

  /**
   * Starts the application; it accepts connections when this returns.
   *
   * @param port 0 takes a free one
   * @param store where messages are kept; closed with the application
   * @throws dev.switchboard.transport.BindFailedException if the port is in use or may not be used
   */
  public static ChatServer start(String host, int port, HistoryStore store) {
    return start(new Site(host, port, List.of(), List.of(), null), store, Limits.DEFAULT, null);
  }

  /**
   * The same at other names, behind proxies, with TLS, within other limits, or for users with
   * tokens.
   *
   * @param users finds out who has a token; null if everybody is a guest
   */
  public static ChatServer start(
      Site site, HistoryStore store, Limits limits, @Nullable Authenticator users) {
    return new ChatServer(site.server().history(store), limits, users);
  }

  /** The same as one of several servers, which share what the cluster has. */
  public static ChatServer start(
      Site site, Cluster cluster, Limits limits, @Nullable Authenticator users) {
    return new ChatServer(site.server().cluster(cluster), limits, users);
  }

  private boolean isOnline(String user) {
    return endpoint.isOnline(user);
  }

  private static void keepForSender(Chat.Message message, PublishContext<Chat> publishing) {
    for (Address address : publishing.to()) {
      if (address instanceof Address.User to && !to.name().equals(publishing.from().user())) {
        publishing.also(
            Address.user(publishing.from().user()),
            new Chat.Message(message.content(), to.name(), message.extra()));
      }
    }
  }

  /** Tells the page whose token it has. */
  private static HttpResponse tokenName(HttpRequest request, AuthenticatedUser user) {
    return json(200, "{\"ok\":true,\"user\":" + StringNode.valueOf(user.name()) + "}");
  }

  private static HttpResponse json(int status, String json) {
    return new HttpResponse(
        status,
        Headers.of("Content-Type", "application/json", "Cache-Control", "no-store"),
        json.getBytes(StandardCharsets.UTF_8));
  }

  /** Tells the page whether a name can be had, and gives its browser the cookie that keeps it. */
  private HttpResponse guestName(HttpRequest request) {
    if (!request.query().containsKey("user")) {
      return json(200, "{\"ok\":true}"); // guests come in here, whatever their names are
    }
    String user = Guests.first(request, "user");
    String cookie = Guests.cookie(request);
    Headers headers = Headers.of("Content-Type", "application/json", "Cache-Control", "no-store");
    if (cookie.isEmpty()) {
      cookie = guests.newCookie();
      headers =
          headers.with(
              "Set-Cookie",
              Guests.COOKIE
                  + "="
                  + cookie
                  + "; Path=/; Max-Age=31536000; HttpOnly; SameSite=Strict");
    }
    Optional<Guests.Problem> problem = guests.problem(user, cookie, this::isOnline, false);
    String json =
        problem
            .map(found ->
                "{\"ok\":false,\"code\":\""
                    + found.code()
                    + "\",\"message\":\""
                    + found.message()
                    + "\"}")
            .orElse("{\"ok\":true}");
    int status = problem.map(Guests.Problem::status).orElse(200);
    return new HttpResponse(status, headers, json.getBytes(StandardCharsets.UTF_8));
  }

  /** The endpoint, to publish from server code. */
  public Endpoint<Chat> endpoint() {
    return endpoint;
  }

  /** The port it listens on. */
  public int port() {
    return server.port();
  }

  /** Where it listens: {@code host:port}. */
  public String address() {
    return server.address();
  }

  /** Tells everyone, stops, and closes the store. Idempotent. */
  @Override
  public void close() {
    server.close();
  }
}
