package dev.switchboard.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.client.engine.SharedLoops;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.eclipse.jetty.websocket.server.WebSocketUpgradeHandler;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The client against Jetty, which knows nothing of our protocol. */
@Tag("A21")
class JettyTest {
  private final Server jetty = new Server();
  private final ServerConnector connector = new ServerConnector(jetty);
  private final CopyOnWriteArrayList<Session> sessions = new CopyOnWriteArrayList<>();

  /** Sends back what comes. */
  public static final class Echo implements Session.Listener.AutoDemanding {
    private final CopyOnWriteArrayList<Session> sessions;
    private volatile @Nullable Session session;

    Echo(CopyOnWriteArrayList<Session> sessions) {
      this.sessions = sessions;
    }

    @Override
    public void onWebSocketOpen(Session opened) {
      session = opened;
      sessions.add(opened);
    }

    @Override
    public void onWebSocketText(String text) {
      Objects.requireNonNull(session).sendText(text, Callback.NOOP);
    }

    @Override
    public void onWebSocketBinary(ByteBuffer payload, Callback callback) {
      Objects.requireNonNull(session).sendBinary(payload, callback);
    }
  }

  @BeforeEach
  void start() throws Exception {
    connector.setHost("127.0.0.1");
    jetty.addConnector(connector);
    jetty.setHandler(
        WebSocketUpgradeHandler.from(
            jetty,
            container -> {
              container.setMaxTextMessageSize(16 << 20);
              container.setMaxBinaryMessageSize(16 << 20);
              container.addMapping("/echo", (request, response, callback) -> new Echo(sessions));
            }));
    jetty.start();
  }

  @AfterEach
  void stop() throws Exception {
    jetty.stop();
    assertThat(SharedLoops.users()).isZero();
  }

  private String uri() {
    return "ws://127.0.0.1:" + connector.getLocalPort() + "/echo";
  }

  private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
    T next = queue.poll(10, TimeUnit.SECONDS);
    assertThat(next).as("nothing came within 10 s").isNotNull();
    return next;
  }

  @Test
  void recordsInPlainFormComeBack() throws Exception {
    try (PlainClient<Talk> client = Client.of(Talk.class, MessageFormat.PLAIN).build(uri())) {
      BlockingQueue<Object> said = new LinkedBlockingQueue<>();
      client.on(event -> said.add(event.message()));
      client.connect();
      client.send(new Talk.Said("grüße 🦊"));
      assertThat(next(said)).isEqualTo(new Talk.Said("grüße 🦊"));
    }
  }

  @Test
  @Tag("A4")
  void textAndLargeBinaryMessagesComeBackWhole() throws Exception {
    try (RawClient client = Client.raw().build(uri())) {
      BlockingQueue<RawMessage> back = new LinkedBlockingQueue<>();
      client.onRaw(back::add);
      client.connect();
      byte[] big = new byte[5 << 20];
      new Random(7).nextBytes(big);
      client.send(big);
      client.send("after it");
      assertThat(next(back))
          .isInstanceOfSatisfying(
              RawMessage.Binary.class, binary -> assertThat(binary.bytes()).isEqualTo(big));
      assertThat(next(back)).isEqualTo(new RawMessage.Text("after it"));
    }
  }

  @Test
  @Tag("A8")
  @Tag("A9")
  void pingsAreAnsweredAndALostConnectionComesBack() throws Exception {
    try (RawClient client =
        Client.raw()
            .heartbeat(Duration.ofMillis(50), Duration.ofSeconds(5))
            .reconnect(Reconnect.fixed(Duration.ofMillis(30)))
            .build(uri())) {
      BlockingQueue<ClientEvent> beats = new LinkedBlockingQueue<>();
      client.events(ClientEvent.Heartbeat.class, beats::add);
      client.connect();
      assertThat(next(beats)).isInstanceOf(ClientEvent.Heartbeat.class);
      await().until(() -> sessions.size() == 1);
      sessions.get(0).disconnect();
      await().until(() -> sessions.size() == 2 && client.isConnected());
      client.send("back");
    }
  }
}
