package dev.switchboard.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.peers.BarePeer;
import dev.switchboard.transport.netty.Loops;
import dev.switchboard.transport.netty.PreparedMessages;
import dev.switchboard.transport.netty.ServerTransport;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("B12")
final class BatchingTest {
  private static final Duration FOREVER = Duration.ofSeconds(10);

  private final BlockingQueue<WebSocket> opened = new LinkedBlockingQueue<>();
  private final Loops loops = Loops.of(IoKind.best(), 1);
  private volatile Batching batching = new Batching(3, FOREVER);
  private final ServerTransport server =
      ServerTransport.bind(
          ServerTransportOptions.builder().host("127.0.0.1").port(0).build(),
          loops,
          exchange ->
              exchange.accept(
                  Upgrade.of(
                      WebSocketOptions.builder().batching(batching).build(),
                      socket -> {
                        opened.add(socket);
                        return new WebSocketListener() {};
                      })));

  @AfterEach
  void stop() {
    server.close();
    loops.close();
  }

  private void with(Consumer<WebSocket> action) throws InterruptedException {
    WebSocket socket = Objects.requireNonNull(opened.poll(10, TimeUnit.SECONDS));
    socket.execute(() -> action.accept(socket));
    opened.add(socket);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void nothingComes(BarePeer raw) throws Exception {
    raw.socket().setSoTimeout(300);
    assertThatThrownBy(() -> raw.socket().getInputStream().read())
        .isInstanceOf(SocketTimeoutException.class);
    raw.socket().setSoTimeout(10_000);
  }

  @Test
  void messagesWaitUntilThereAreEnough() throws Exception {
    try (BarePeer raw = BarePeer.webSocket(server.localAddress().getPort(), "/")) {
      with(socket -> socket.sendText(bytes("one")));
      Prepared two = PreparedMessages.text(bytes("two"));
      with(socket -> {
        socket.sendPrepared(two);
        two.release();
      });
      nothingComes(raw);
      with(socket -> socket.sendText(bytes("three")));
      assertThat(raw.read().text()).isEqualTo("one");
      assertThat(raw.read().text()).isEqualTo("two");
      assertThat(raw.read().text()).isEqualTo("three");
      with(socket -> socket.sendText(bytes("four")));
      nothingComes(raw);
    }
  }

  @Test
  void theFirstWaitsNoLongerThanTheDelay() throws Exception {
    batching = new Batching(1000, Duration.ofMillis(50));
    try (BarePeer raw = BarePeer.webSocket(server.localAddress().getPort(), "/")) {
      for (String text : new String[] {"one", "two"}) {
        with(socket -> socket.sendText(bytes(text)));
        assertThat(raw.read().text()).isEqualTo(text);
      }
    }
  }

  @Test
  void aControlFrameWaitsForNobodyAndTakesAlongWhatDoes() throws Exception {
    try (BarePeer raw = BarePeer.webSocket(server.localAddress().getPort(), "/")) {
      with(socket -> socket.sendText(bytes("one")));
      nothingComes(raw);
      raw.frame(0x89, "ping");
      assertThat(raw.read().text()).isEqualTo("one");
      assertThat(raw.read().text()).isEqualTo("ping");
      with(socket -> socket.sendText(bytes("two")));
      with(socket -> socket.close(1000, ""));
      assertThat(raw.read().text()).isEqualTo("two");
      assertThat(raw.read().code()).isEqualTo(1000);
    }
  }

  @Test
  void badBoundsAreRefused() {
    assertThatThrownBy(() -> new Batching(0, FOREVER)).hasMessageContaining("maxMessages: 0");
    assertThatThrownBy(() -> new Batching(1, Duration.ZERO)).hasMessageContaining("maxDelay: PT0S");
  }
}
