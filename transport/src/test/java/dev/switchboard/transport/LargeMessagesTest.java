package dev.switchboard.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.peers.BarePeer;
import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Large messages, whole, in fragments and in small segments, and many small ones, in both roles.
 */
@Tag("B2")
final class LargeMessagesTest {
  private static final int MIB = 1 << 20;
  private static final WebSocketOptions WIDE =
      WebSocketOptions.builder()
          .maxFrameBytes(16 * MIB)
          .maxMessageBytes(16 * MIB)
          .maxPendingBytes(17 * MIB)
          .build();

  private static Stream<Arguments> both(IntStream numbers) {
    return numbers
        .boxed()
        .flatMap(number -> Stream.of(Role.values()).map(role -> Arguments.of(role, number)));
  }

  static Stream<Arguments> lengths() {
    return both(IntStream.of(64 << 10, 256 << 10, MIB));
  }

  static Stream<Arguments> greatLengths() {
    return both(IntStream.of(4 * MIB, 8 * MIB, 16 * MIB));
  }

  static Stream<Arguments> fragments() {
    return both(IntStream.of(64, 256, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10));
  }

  static Stream<Arguments> segments() {
    return both(IntStream.of(64, 128, 256, 512, 1 << 10, 2 << 10));
  }

  static Stream<Arguments> smallLengths() {
    return both(IntStream.of(0, 16, 64, 256, 1 << 10, 2 << 10));
  }

  /** Bytes that are valid as text and differ everywhere. */
  private static byte[] letters(int length) {
    byte[] letters = new byte[length];
    new Random(length).nextBytes(letters);
    for (int i = 0; i < length; i++) {
      letters[i] = (byte) (letters[i] & 0x7f);
    }
    return letters;
  }

  @ParameterizedTest
  @MethodSource("lengths")
  void aLongMessageComesBackWhole(Role role, int length) {
    whole(role, length);
  }

  @ParameterizedTest
  @MethodSource("greatLengths")
  @Tag("slow")
  void aGreatMessageComesBackWhole(Role role, int length) {
    whole(role, length);
  }

  private static void whole(Role role, int length) {
    byte[] letters = letters(length);
    try (Subject subject = new Subject(role, WIDE);
        BarePeer peer = subject.connect()) {
      for (int first : new int[] {0x81, 0x82}) {
        peer.frame(first, letters);
        BarePeer.Frame back = peer.read();
        assertThat(back.first()).isEqualTo(first);
        assertThat(Arrays.equals(back.payload(), letters)).isTrue();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("fragments")
  void aMessageInFragmentsComesBackWhole(Role role, int fragment) {
    fragments(role, MIB, fragment);
  }

  @ParameterizedTest
  @MethodSource("fragments")
  @Tag("slow")
  void aGreatMessageInFragmentsComesBackWhole(Role role, int fragment) {
    fragments(role, 4 * MIB, fragment);
  }

  private static void fragments(Role role, int length, int fragment) {
    byte[] letters = letters(length);
    try (Subject subject = new Subject(role, WIDE);
        BarePeer peer = subject.connect()) {
      for (int opcode = 1; opcode <= 2; opcode++) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(length + length / fragment * 14);
        for (int at = 0; at < length; at += fragment) {
          int first = (at == 0 ? opcode : 0) | (at + fragment >= length ? 0x80 : 0);
          out.writeBytes(peer.framed(first, Arrays.copyOfRange(letters, at, at + fragment)));
        }
        peer.send(out.toByteArray());
        assertThat(Arrays.equals(peer.read().payload(), letters)).isTrue();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("segments")
  void aMessageInSmallSegmentsComesBackWhole(Role role, int segment) {
    byte[] letters = letters(MIB);
    try (Subject subject = new Subject(role, WIDE);
        BarePeer peer = subject.connect()) {
      byte[] frame = peer.framed(0x81, letters);
      for (int at = 0; at < frame.length; at += segment) {
        peer.send(Arrays.copyOfRange(frame, at, Math.min(frame.length, at + segment)));
      }
      assertThat(Arrays.equals(peer.read().payload(), letters)).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("smallLengths")
  void aThousandMessagesComeBackInOrder(Role role, int length) {
    try (Subject subject = new Subject(role, WIDE);
        BarePeer peer = subject.connect()) {
      Thread sender =
          Thread.ofVirtual()
              .start(() -> {
                for (int i = 0; i < 1_000; i++) {
                  peer.frame(i % 2 == 0 ? 0x81 : 0x82, letters(length + i % 3));
                }
              });
      for (int i = 0; i < 1_000; i++) {
        BarePeer.Frame back = peer.read();
        assertThat(back.first()).isEqualTo(i % 2 == 0 ? 0x81 : 0x82);
        assertThat(Arrays.equals(back.payload(), letters(length + i % 3))).isTrue();
      }
      sender.join();
    } catch (InterruptedException | UncheckedIOException e) {
      throw new AssertionError(e);
    }
  }
}
