package dev.switchboard.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.peers.BarePeer;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What RFC 6455 §5 asks of a reader of frames, beyond whole conversations, in both roles. */
@Tag("B2")
final class FramesTest {
  private static final int MASK = 0x80;

  private static final Map<Role, Subject> SUBJECTS = new EnumMap<>(Role.class);

  @BeforeAll
  static void start() {
    for (Role role : Role.values()) {
      SUBJECTS.put(role, new Subject(role, WebSocketOptions.DEFAULT));
    }
  }

  @AfterAll
  static void stop() {
    SUBJECTS.values().forEach(Subject::close);
    SUBJECTS.clear();
  }

  private static BarePeer connect(Role role) {
    return Objects.requireNonNull(SUBJECTS.get(role)).connect();
  }

  /** The mask bit of a frame that this role must be sent. */
  private static int mask(Role role) {
    return role == Role.SERVER ? MASK : 0;
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource({
    "7e 0005, 1002, shortest form",
    "7e 007d, 1002, shortest form",
    "7f 000000000000007d, 1002, shortest form",
    "7f 000000000000ffff, 1002, shortest form",
    "7f 8000000000000000, 1002, highest bit",
    "7f ffffffffffffffff, 1002, highest bit",
    "7f 7fffffffffffffff, 1009, limit",
    "7f 0000000100000000, 1009, limit",
    "7f 0000000000100001, 1009, limit"
  })
  void whatIsWrongWithALengthIsSaidBeforeThePayloadComes(String length, int code, String reason) {
    for (Role role : Role.values()) {
      byte[] header = HexFormat.of().parseHex("82" + length.replace(" ", ""));
      header[1] |= (byte) mask(role);
      assertFails(
          role, Arrays.copyOf(header, header.length + (mask(role) == 0 ? 0 : 4)), code, reason);
    }
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void aFrameMaskedTheWrongWayIsRefusedAtItsSecondByte(Role role) {
    String reason = role == Role.SERVER ? "not masked" : "masked";
    for (int first : new int[] {0x81, 0x82, 0x88, 0x89, 0x8a, 0x01}) {
      assertFails(role, new byte[] {(byte) first, (byte) (mask(role) ^ MASK)}, 1002, reason);
      assertFails(role, new byte[] {(byte) first, (byte) ((mask(role) ^ MASK) | 5)}, 1002, reason);
    }
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void whatTheFirstTwoBytesGiveAwayNeedsNoMore(Role role) {
    for (int first : new int[] {0xc1, 0xa1, 0x91, 0x83, 0x8b, 0x80, 0x00, 0x09, 0x0a, 0x08}) {
      assertFails(role, new byte[] {(byte) first, (byte) (mask(role) | 5)}, 1002, "");
    }
    assertFails(role, new byte[] {(byte) 0x89, (byte) (mask(role) | 126)}, 1002, "125");
    assertFails(role, new byte[] {(byte) 0x88, (byte) (mask(role) | 127)}, 1002, "125");
  }

  private static void assertFails(Role role, byte[] bytes, int code, String reason) {
    try (BarePeer peer = connect(role)) {
      peer.send(bytes);
      BarePeer.Frame frame = peer.read();
      assertThat(frame.first()).isEqualTo(0x88);
      assertThat(frame.code()).isEqualTo(code);
      assertThat(frame.text()).contains(reason);
      assertThat(peer.ended()).isTrue();
    }
  }

  @ParameterizedTest(name = "after {0} byte {1}")
  @CsvSource({
    "'', ff",
    "'', 80",
    "'', c0",
    "'', f5",
    "61, bf",
    "61, c1",
    "c3, 28",
    "e0, 9f",
    "e2, 28",
    "e282, 28",
    "ed, a0",
    "f0, 8f",
    "f0, 28",
    "f09f, 28",
    "f09f98, 28",
    "f4, 90",
    "cebae1bdb9cf83cebcceb5, ed a0",
    "6162636465666768, fe"
  })
  void invalidTextIsRefusedAtItsFirstInvalidByte(String valid, String invalid) {
    byte[] bytes = HexFormat.of().parseHex(valid + invalid.replace(" ", ""));
    for (Role role : Role.values()) {
      for (int first : new int[] {0x81, 0x01}) {
        try (BarePeer whole = connect(role);
            BarePeer pieces = connect(role)) {
          byte[] frame = whole.framed(first, Arrays.copyOf(bytes, 100));
          int upToIt = frame.length - 100 + bytes.length;
          whole.send(Arrays.copyOf(frame, upToIt));
          assertThat(whole.read().code()).isEqualTo(1007);
          for (int i = 0; i < bytes.length; i++) {
            pieces.frame(i == 0 ? 0x01 : 0x00, new byte[] {bytes[i]});
          }
          assertThat(pieces.read().code()).isEqualTo(1007);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void textMayBeCutAnywhereIntoFragmentsAndSegments(Role role) {
    byte[] text =
        "a\u00e9\u20ac\ud83d\ude00\u03ba\u1f79\u03c3\u03bc\u03b5\uffff\ud7ff\ue000\udbff\udfffz"
            .getBytes(UTF_8);
    try (BarePeer peer = connect(role)) {
      for (int cut = 0; cut <= text.length; cut++) {
        byte[] head = peer.framed(0x01, Arrays.copyOf(text, cut));
        byte[] rest = peer.framed(0x80, Arrays.copyOfRange(text, cut, text.length));
        peer.send(head).frame(0x89, "p").send(rest);
        assertThat(peer.read().first()).isEqualTo(0x8a);
        assertThat(peer.read().payload()).isEqualTo(text);
        byte[] whole = peer.framed(0x81, text);
        int at = whole.length - text.length + cut;
        peer.send(Arrays.copyOf(whole, at)).send(Arrays.copyOfRange(whole, at, whole.length));
        assertThat(peer.read().payload()).isEqualTo(text);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void aMessageMayHaveTensOfThousandsOfFragments(Role role) {
    try (BarePeer peer = connect(role)) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.writeBytes(peer.framed(0x01, new byte[] {'<'}));
      for (int i = 0; i < 50_000; i++) {
        out.writeBytes(peer.framed(0x00, new byte[] {'x'}));
        if (i % 1000 == 0) {
          out.writeBytes(peer.framed(0x00, new byte[0]));
        }
      }
      out.writeBytes(peer.framed(0x80, new byte[] {'>'}));
      peer.send(out.toByteArray());
      assertThat(peer.read().text()).isEqualTo("<" + "x".repeat(50_000) + ">");
    }
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void aPeerThatHalfClosesStillGetsItsAnswers(Role role) {
    try (BarePeer peer = connect(role)) {
      peer.frame(0x82, new byte[500_000]);
      peer.frame(0x81, "last");
      peer.shutdownOutput();
      assertThat(peer.read().payload()).hasSize(500_000);
      assertThat(peer.read().text()).isEqualTo("last");
      assertThat(peer.ended()).isTrue();
    }
  }
}
