package dev.switchboard.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.peers.BarePeer;
import dev.switchboard.transport.EchoServer.Closed;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The close handshake (RFC 6455 §7) when our side begins it, and who ends the socket, in both
 * roles.
 */
@Tag("B2")
@Tag("A7")
final class CloseTest {
  private static Subject subject(Role role) {
    return new Subject(role, WebSocketOptions.DEFAULT);
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void nothingFollowsOurCloseAndWhatComesAfterItIsNotAnswered(Role role) {
    try (Subject subject = subject(role);
        BarePeer peer = subject.connect()) {
      WebSocket socket = subject.socket();
      socket.execute(() -> {
        socket.sendText("before".getBytes(UTF_8));
        socket.close(3999, "our wish");
        socket.close(3998, "too late");
        socket.sendText("after".getBytes(UTF_8));
        socket.sendPing(new byte[0]);
      });
      assertThat(peer.read().text()).isEqualTo("before");
      BarePeer.Frame close = peer.read();
      assertThat(close.code()).isEqualTo(3999);
      assertThat(close.text()).endsWith("our wish");
      peer.frame(0x89, "ping").frame(0x81, "text").frame(0x02, "part").frame(0x80, "part");
      peer.frame(0x88, new byte[] {0x0f, (byte) 0x9f});
      peer.shutdownOutput();
      assertThat(peer.ended()).isTrue();
      assertThat(subject.closed()).isEqualTo(new Closed(3999, "", true));
    }
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void thePeersReasonIsTold(Role role) {
    String reason = "grüße ".repeat(15).strip();
    byte[] utf8 = reason.getBytes(UTF_8);
    byte[] payload = new byte[utf8.length + 2];
    payload[0] = 0x03;
    payload[1] = (byte) 0xe9;
    System.arraycopy(utf8, 0, payload, 2, utf8.length);
    try (Subject subject = subject(role);
        BarePeer peer = subject.connect()) {
      peer.frame(0x88, payload);
      assertThat(subject.closed()).isEqualTo(new Closed(1001, reason, true));
    }
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void aRuleBrokenAfterOurCloseIsNotAnsweredWithASecondOne(Role role) {
    try (Subject subject = subject(role);
        BarePeer peer = subject.connect()) {
      WebSocket socket = subject.socket();
      socket.execute(() -> socket.close(1000, ""));
      assertThat(peer.read().code()).isEqualTo(1000);
      peer.frame(0x83, "reserved");
      assertThat(peer.ended()).isTrue();
      assertThat(subject.closed().clean()).isFalse();
    }
  }

  @Test
  void aServerEndsTheSocketOnceBothHaveClosed() {
    try (Subject subject = subject(Role.SERVER);
        BarePeer peer = subject.connect()) {
      assertThat(peer.frame(0x88, new byte[] {3, (byte) 0xe8}).read().code()).isEqualTo(1000);
      assertThat(peer.ended()).isTrue();
    }
  }

  @Test
  void aClientLeavesEndingTheSocketToTheServerForAWhile() throws Exception {
    var options = WebSocketOptions.builder().closeTimeout(Duration.ofMillis(900)).build();
    try (Subject subject = new Subject(Role.CLIENT, options);
        BarePeer peer = subject.connect()) {
      assertThat(peer.frame(0x88, new byte[] {3, (byte) 0xe8}).read().code()).isEqualTo(1000);
      peer.socket().setSoTimeout(300);
      assertThatThrownBy(() -> peer.socket().getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
      peer.socket().setSoTimeout(10_000);
      assertThat(peer.ended()).as("but not for ever").isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void aSocketThatEndsWithoutACloseFrameIsAnAbnormalEnd(Role role) {
    try (Subject subject = subject(role)) {
      try (BarePeer peer = subject.connect()) {
        peer.frame(0x01, "half a message");
      }
      assertThat(subject.closed()).isEqualTo(new Closed(1006, "", false));
      try (BarePeer peer = subject.connect()) {
        peer.send(new byte[] {(byte) 0x82, (byte) (role == Role.SERVER ? 0xfe : 0x7e), 1});
        peer.reset();
      }
      assertThat(subject.closed()).isEqualTo(new Closed(1006, "", false));
    }
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void aPeerThatEndsAfterOurCloseWithoutItsOwnHasNotClosedCleanly(Role role) {
    try (Subject subject = subject(role);
        BarePeer peer = subject.connect()) {
      WebSocket socket = subject.socket();
      socket.execute(() -> socket.close(1000, ""));
      assertThat(peer.read().code()).isEqualTo(1000);
      peer.shutdownOutput();
      assertThat(peer.ended()).isTrue();
      assertThat(subject.closed()).isEqualTo(new Closed(1006, "", false));
    }
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void noCodeThatMayNotBeOnTheWireIsSent(Role role) {
    try (Subject subject = subject(role);
        BarePeer peer = subject.connect()) {
      WebSocket socket = subject.socket();
      socket.execute(() -> {
        for (int code : new int[] {0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535}) {
          assertThatThrownBy(() -> socket.close(code, ""))
              .isInstanceOf(IllegalArgumentException.class);
        }
        socket.close(1000, "x".repeat(123));
      });
      BarePeer.Frame close = peer.read();
      assertThat(close.code()).isEqualTo(1000);
      assertThat(close.payload()).hasSize(125);
    }
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void aReasonThatIsTooLongIsCutBetweenCharacters(Role role) {
    try (Subject subject = subject(role)) {
      for (String[] row :
          new String[][] {
            {"x".repeat(124), "x".repeat(123)},
            {"x".repeat(9_000), "x".repeat(123)},
            {"x".repeat(122) + "ü", "x".repeat(122)},
            {"x".repeat(120) + "👋", "x".repeat(120)},
            {"x".repeat(119) + "👋!", "x".repeat(119) + "👋"},
            {"bye 👋".substring(0, 5), "bye "}
          }) {
        try (BarePeer peer = subject.connect()) {
          WebSocket socket = subject.socket();
          socket.execute(() -> socket.close(4000, row[0]));
          BarePeer.Frame close = peer.read();
          assertThat(close.code()).isEqualTo(4000);
          assertThat(close.text().substring(2)).isEqualTo(row[1]);
        }
      }
    }
  }
}
