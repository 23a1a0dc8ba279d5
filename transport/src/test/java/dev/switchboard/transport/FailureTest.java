package dev.switchboard.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.peers.BarePeer;
import dev.switchboard.transport.EchoServer.Closed;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What fails for one connection is no matter of the others on its event loop. */
@Tag("B5")
class FailureTest {
  @Test
  void whoFailsWhenToldOfAWriteLosesItsOwnConnectionAndTheLoopGoesOnWriting() throws Exception {
    try (EchoServer server = new EchoServer(IoKind.best(), WebSocketOptions.DEFAULT);
        BarePeer failing = BarePeer.webSocket(server.address().getPort(), "/")) {
      WebSocket bad = Echo.next(server.opened);
      try (BarePeer other = BarePeer.webSocket(server.address().getPort(), "/")) {
        WebSocket good = Echo.next(server.opened);
        bad.execute(() -> {
          bad.sendText(bytes("first"));
          bad.whenWritten(failed -> {
            throw new AssertionError("on purpose");
          });
          good.sendText(bytes("of the same turn"));
        });
        assertThat(other.read().text()).isEqualTo("of the same turn");
        good.execute(() -> good.sendText(bytes("of a later turn")));
        assertThat(other.read().text()).isEqualTo("of a later turn");
        assertThat(failing.read().text()).isEqualTo("first");
        assertThat(failing.read().code()).isEqualTo(1011);
        assertThat(server.closed()).isEqualTo(new Closed(1011, "internal error", false));
      }
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
