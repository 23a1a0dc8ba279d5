package dev.switchboard.testkit;

import dev.switchboard.client.Client;
import dev.switchboard.client.ClientBuilder;
import dev.switchboard.protocol.Protocol;
import dev.switchboard.server.Endpoint;
import dev.switchboard.server.Peer;
import dev.switchboard.server.Server;
import dev.switchboard.server.ServerBuilder;
import dev.switchboard.server.Verdict;
import java.lang.reflect.Parameter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * A JUnit extension that runs a server on a free port for each test and injects parameters into
 * tests: a connected {@link Client}, whose user is the parameter's name (or {@link As}); the {@link
 * Server}; the {@link Endpoint}.
 *
 * <pre>{@code
 * @RegisterExtension
 * final TestServer<Chat> chat = TestServer.of(Chat.class, endpoint -> endpoint.on(…));
 *
 * @Test
 * void bothHearIt(Client<Chat> ann, Client<Chat> bob) { … }
 * }</pre>
 *
 * <p>After the test, its clients and the server are closed. A test that passed still fails if
 * something is left over: a connection of a client that the test created and did not close, or a
 * new Switchboard thread. Tests must not run concurrently.
 *
 * @param <M> the protocol's sealed interface
 */
public final class TestServer<M>
    implements BeforeEachCallback, AfterEachCallback, ParameterResolver {
  private static final String PATH = "/ws";

  private final Protocol<M> protocol;
  private final UnaryOperator<Endpoint<M>> definition;
  // Set where the extension is created.
  private UnaryOperator<ServerBuilder> serverOptions = UnaryOperator.identity();
  private UnaryOperator<ClientBuilder<Client<M>>> clientOptions = UnaryOperator.identity();

  private @Nullable Running<M> running; // null between tests

  private record Running<M>(
      Server server, Endpoint<M> endpoint, List<Client<M>> clients, Leftovers leftovers) {}

  private TestServer(Protocol<M> protocol, UnaryOperator<Endpoint<M>> definition) {
    this.protocol = protocol;
    this.definition = definition;
  }

  /**
   * Returns an extension for the messages of a sealed interface.
   *
   * @param definition adds handlers and options to each test's endpoint. Users are identified by
   *     the address from {@link #uri}, unless it says otherwise
   */
  public static <M> TestServer<M> of(Class<M> union, UnaryOperator<Endpoint<M>> definition) {
    return of(Protocol.of(union), definition);
  }

  /** Returns an extension for a protocol. Otherwise like {@link #of(Class, UnaryOperator)}. */
  public static <M> TestServer<M> of(Protocol<M> protocol, UnaryOperator<Endpoint<M>> definition) {
    return new TestServer<>(protocol, definition);
  }

  /** Sets options of the server; none by default. Call it where the extension is created. */
  public TestServer<M> server(UnaryOperator<ServerBuilder> options) {
    serverOptions = options;
    return this;
  }

  /** Sets options of the clients; none by default. Call it where the extension is created. */
  public TestServer<M> clients(UnaryOperator<ClientBuilder<Client<M>>> options) {
    clientOptions = options;
    return this;
  }

  /** Returns this test's server. */
  public Server server() {
    return running().server;
  }

  /** Returns this test's endpoint, for example to publish from the server. */
  public Endpoint<M> endpoint() {
    return running().endpoint;
  }

  /** Returns the address that connects a client as this user. */
  public String uri(String user) {
    return "ws://127.0.0.1:"
        + server().port()
        + PATH
        + "?user="
        + URLEncoder.encode(user, StandardCharsets.UTF_8);
  }

  /** Connects one more client, which is closed after the test. */
  public Client<M> connect(String user) {
    Client<M> client = clientOptions.apply(Client.of(protocol)).build(uri(user));
    running().clients.add(client);
    SwitchboardAssertions.watch(client).connect();
    return client;
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    running = started();
  }

  private Running<M> started() {
    Leftovers leftovers = new Leftovers();
    Endpoint<M> endpoint = definition.apply(Endpoint.of(protocol).identify(TestServer::named));
    Server server =
        serverOptions
            .apply(Server.builder().host("127.0.0.1").port(0))
            .endpoint(PATH, endpoint)
            .start();
    return new Running<>(server, endpoint, new ArrayList<>(), leftovers);
  }

  private static Verdict named(dev.switchboard.transport.HttpRequest request) {
    return Verdict.allow(request.query().getOrDefault("user", List.of("nobody")).get(0));
  }

  private Running<M> running() {
    return Objects.requireNonNull(running, "test: none is running (expected: a call from a test)");
  }

  @Override
  public void afterEach(ExtensionContext context) {
    Running<M> ended = running();
    running = null;
    ended.clients.forEach(Client::close);
    boolean alone = Patience.until(Patience.DEFAULT, () -> ended.endpoint.peers().isEmpty());
    String left =
        ended.endpoint.peers().stream().map(Peer::user).sorted().collect(Collectors.joining(", "));
    ended.server.close();
    if (context.getExecutionException().isPresent()) {
      return; // the test's own failure matters more
    }
    if (!alone) {
      throw new AssertionError(
          "left over: connections of " + left + " (expected: every client of the test closed)");
    }
    ended.leftovers.requireNone(Patience.DEFAULT);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == Client.class || type == Server.class || type == Endpoint.class;
  }

  @Override
  public Object resolveParameter(ParameterContext context, ExtensionContext test) {
    Class<?> type = context.getParameter().getType();
    return type == Client.class
        ? connect(user(context))
        : type == Server.class ? server() : endpoint();
  }

  private static String user(ParameterContext context) {
    Optional<As> as = context.findAnnotation(As.class);
    Parameter parameter = context.getParameter();
    if (as.isEmpty() && !parameter.isNamePresent()) {
      throw new ParameterResolutionException(
          "client: no user (expected: @As on the parameter, or classes compiled with -parameters)");
    }
    return as.map(As::value).orElse(parameter.getName());
  }
}
