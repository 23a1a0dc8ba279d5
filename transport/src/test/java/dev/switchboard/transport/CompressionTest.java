package dev.switchboard.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.peers.BarePeer;
import dev.switchboard.peers.Zip;
import io.netty.util.internal.PlatformDependent;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.DataFormatException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** permessage-deflate (RFC 7692) between our server or our client and a bare peer. */
@Tag("B9")
final class CompressionTest {
  private static final int[] SIZES = {
    16, 64, 256, 1_024, 4_096, 8_192, 16_384, 32_768, 65_536, 131_072
  };
  private static final String DEFLATE = "permessage-deflate";

  private static Subject subject(Role role, Deflate deflate) {
    return new Subject(role, WebSocketOptions.builder().deflate(deflate).build());
  }

  /** Every choice of who forgets, and windows from the least to the widest. */
  static Stream<Arguments> terms() {
    return Stream.of(Role.values())
        .flatMap(role ->
            Stream.of(
                Arguments.of(role, new Deflate(6, 0, false, false, 15, 15)),
                Arguments.of(role, new Deflate(6, 0, true, false, 15, 15)),
                Arguments.of(role, new Deflate(6, 0, false, true, 15, 15)),
                Arguments.of(role, new Deflate(6, 0, true, true, 15, 15)),
                Arguments.of(role, new Deflate(1, 0, false, false, 8, 8)),
                Arguments.of(role, new Deflate(9, 0, true, true, 9, 9)),
                Arguments.of(role, new Deflate(6, 0, false, true, 10, 12)),
                Arguments.of(role, new Deflate(6, 0, true, false, 11, 13)),
                Arguments.of(role, new Deflate(6, 0, false, false, 14, 14))));
  }

  /** What stands for these terms, as an offer to a server and as an answer to a client. */
  private static String extension(Deflate terms) {
    return DEFLATE
        + (terms.serverNoContextTakeover() ? "; server_no_context_takeover" : "")
        + (terms.clientNoContextTakeover() ? "; client_no_context_takeover" : "")
        + (terms.serverMaxWindowBits() < 15
            ? "; server_max_window_bits=" + terms.serverMaxWindowBits()
            : "")
        + (terms.clientMaxWindowBits() < 15
            ? "; client_max_window_bits=" + terms.clientMaxWindowBits()
            : "");
  }

  private static Zip zip(Role ours, Deflate terms) {
    boolean server = !terms.serverNoContextTakeover();
    boolean client = !terms.clientNoContextTakeover();
    return ours == Role.SERVER ? new Zip(client, server) : new Zip(server, client);
  }

  @ParameterizedTest
  @MethodSource("terms")
  void messagesOfEverySizeComeBack(Role role, Deflate terms) throws Exception {
    talk(role, terms, 10, 3);
  }

  @ParameterizedTest
  @MethodSource("terms")
  @Tag("slow")
  void thousandsOfMessagesOfEverySizeComeBack(Role role, Deflate terms) throws Exception {
    talk(role, terms, 250, 25);
  }

  private static void talk(Role role, Deflate terms, int small, int large)
      throws DataFormatException {
    Zip zip = zip(role, terms);
    int bits = role == Role.SERVER ? terms.serverMaxWindowBits() : terms.clientMaxWindowBits();
    int farthest = 0;
    try (Subject subject = subject(role, terms);
        BarePeer peer = subject.connect(extension(terms))) {
      for (int size : SIZES) {
        for (int i = 0; i < (size <= 16_384 ? small : large); i++) {
          byte[] message = message(size, i);
          send(peer, zip, message, i);
          BarePeer.Frame back = peer.read();
          assertThat(zip.message(back)).isEqualTo(message);
          if ((back.first() & 0x40) != 0 && i < 10) {
            farthest = Math.max(farthest, Distances.farthest(back.payload()));
          }
        }
      }
      assertThat(farthest).isBetween(1 << (bits - 1), 1 << bits);
      assertThat(subject.socket().extensions()).startsWith(DEFLATE);
    }
    zip.end();
  }

  /** The lengths of the pieces of messages. */
  private static final int[][] PIECES = {
    {65_536, 65_536}, {4_000}, {300, 1, 20_000, 5}, {40_000, 40_000, 40_000}, {1, 5_000}
  };

  @ParameterizedTest
  @MethodSource("terms")
  void whatGoesOutInFragmentsIsOneCompressedMessage(Role role, Deflate terms) throws Exception {
    Zip zip = zip(role, terms);
    int bits = role == Role.SERVER ? terms.serverMaxWindowBits() : terms.clientMaxWindowBits();
    try (Subject subject = subject(role, terms);
        BarePeer peer = subject.connect(extension(terms))) {
      WebSocket socket = subject.socket();
      for (int round = 0; round < 2 * PIECES.length; round++) {
        int[] pieces = PIECES[round % PIECES.length];
        byte[] message = message(Arrays.stream(pieces).sum(), 2 * round); // words
        socket.execute(() -> {
          sendPieces(socket, message, pieces);
          socket.sendBinary(message(1_000, 1));
        });
        BarePeer.Frame whole = peer.message();
        assertThat(whole.first()).isEqualTo(0xc2);
        assertThat(whole.payload().length).isLessThan(message.length * 3 / 4);
        assertThat(Distances.farthest(whole.payload())).isLessThanOrEqualTo(1 << bits);
        assertThat(zip.message(whole)).isEqualTo(message);
        assertThat(zip.message(peer.message())).isEqualTo(message(1_000, 1));
      }
    }
    zip.end();
  }

  @ParameterizedTest
  @MethodSource("terms")
  void fragmentsThatCompressionDoesNotMakeShorterGoAsTheyAre(Role role, Deflate terms)
      throws Exception {
    Zip zip = zip(role, terms);
    try (Subject subject = subject(role, terms);
        BarePeer peer = subject.connect(extension(terms))) {
      WebSocket socket = subject.socket();
      for (int round = 0; round < 3; round++) {
        byte[] noise = message(50_000, 3 + 4 * round);
        byte[] words = message(50_000, 4 * round);
        socket.execute(() -> {
          sendPieces(socket, noise, 20_000, 30_000);
          sendPieces(socket, words, 20_000, 30_000);
        });
        BarePeer.Frame plain = peer.message();
        assertThat(plain.first()).isEqualTo(0x82);
        assertThat(plain.payload()).isEqualTo(noise);
        assertThat(zip.message(peer.message())).isEqualTo(words);
      }
    }
    zip.end();
  }

  private static void sendPieces(WebSocket socket, byte[] message, int... pieces) {
    socket.send(StreamedMessage.of(Chunks.of(message, pieces), false, 65_536));
  }

  /** Words, or noise; ever different. */
  private static byte[] message(int size, int number) {
    Random random = new Random(size * 31L + number);
    byte[] bytes = new byte[size];
    if (number % 4 == 3) {
      random.nextBytes(bytes);
      return bytes;
    }
    StringBuilder words = new StringBuilder(size + 8);
    while (words.length() < size) {
      words.append(Integer.toString(random.nextInt(number % 2 == 0 ? 40 : 40_000), 36)).append(' ');
    }
    return words.substring(0, size).getBytes(UTF_8);
  }

  /** Whole, in fragments with a ping between, or uncompressed. */
  private static void send(BarePeer peer, Zip zip, byte[] message, int number) {
    byte[] zipped = number % 5 == 4 ? message : zip.deflate(message);
    int first = number % 5 == 4 ? 0x82 : 0xc2;
    if (number % 3 != 1) {
      peer.frame(first, zipped);
      return;
    }
    int cut = zipped.length / 3;
    peer.frame(first & 0x7f, Arrays.copyOf(zipped, cut));
    peer.frame(0x89, "between");
    peer.frame(0x00, Arrays.copyOfRange(zipped, cut, 2 * cut));
    peer.frame(0x80, Arrays.copyOfRange(zipped, 2 * cut, zipped.length));
    assertThat(peer.read().first()).isEqualTo(0x8a);
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void aMessageMayComeInFragmentsOfOneByte(Role role) throws Exception {
    Zip zip = new Zip(true);
    try (Subject subject = subject(role, Deflate.TAKEOVER);
        BarePeer peer = subject.connect(DEFLATE)) {
      for (int round = 0; round < 3; round++) {
        byte[] zipped = zip.deflate(message(5_000, round));
        for (int i = 0; i < zipped.length; i++) {
          int fin = i == zipped.length - 1 ? 0x80 : 0;
          peer.frame(i == 0 ? 0x42 : fin, new byte[] {zipped[i]});
        }
        assertThat(zip.message(peer.read())).isEqualTo(message(5_000, round));
      }
    }
    zip.end();
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      textBlock =
          """
          a final block,                      f348cdc9c90700,                                 Hello
          a final block and an empty one,     f348cdc9c9070000,                               Hello
          two final blocks,                   f348cdc9c90700f348cdc9c9070000,                 HelloHello
          a stored block,                     000500faff48656c6c6f00,                         Hello
          a stored final block,               010500faff48656c6c6f,                           Hello
          two blocks,                         f24805000000ffffcac9c90700,                     Hello
          empty blocks first,                 000000ffff000000fffff248cdc9c90700,             Hello
          an empty block,                     00,                                             ''
          nothing at all,                     '',                                             ''
          an empty final block,               0300,                                           ''
          """)
  void blocksOfEveryKindAreUnderstood(String name, String hex, String text) {
    for (Role role : Role.values()) {
      for (Deflate terms : new Deflate[] {Deflate.TAKEOVER, Deflate.DEFAULT}) {
        try (Subject subject = subject(role, terms);
            BarePeer peer = subject.connect(extension(terms))) {
          for (int round = 0; round < 3; round++) {
            peer.frame(0xc1, HexFormat.of().parseHex(hex));
            assertThat(peer.read().text()).isEqualTo(text);
          }
        }
      }
    }
  }

  @ParameterizedTest(name = "{0}: {3}")
  @CsvSource(
      textBlock =
          """
          RSV1 on a ping,                  '',        c9, '',               1002
          RSV1 on a pong,                  '',        ca, '',               1002
          RSV1 on a close,                 '',        c8, 03e8,             1002
          RSV1 on a continuation,          f248cdc9,  40, '',               1002
          RSV1 on the last continuation,   f248cdc9,  c0, '',               1002
          RSV1 and RSV2,                   '',        e1, 00,               1002
          RSV3,                            '',        91, 00,               1002
          another message within one,      f248cdc9,  c1, 00,               1002
          not a deflate stream,            '',        c1, ffffffff,         1007
          a bad length of a stored block,  '',        c1, 000500ffff48656c, 1007
          a reference before the start,    '',        c1, f200110000,       1007
          garbage after a final block,     '',        c1, f348cdc9c90700ffffffff, 1007
          text that is not UTF-8,          '',        c1, 000100feffff00,   1007
          text that ends too early,        '',        c1, 000100feffc300,   1007
          text invalid before its end,     '',        41, 000200fdff61ff,   1007
          """)
  void whatBreaksTheRulesEndsTheConnection(
      String why, String before, String first, String hex, int code) {
    for (Role role : Role.values()) {
      try (Subject subject = subject(role, Deflate.DEFAULT);
          BarePeer peer = subject.connect(extension(Deflate.DEFAULT))) {
        if (!before.isEmpty()) {
          peer.frame(0x41, HexFormat.of().parseHex(before));
        }
        peer.frame(Integer.parseInt(first, 16), HexFormat.of().parseHex(hex));
        BarePeer.Frame end = peer.read();
        assertThat(end.first()).isEqualTo(0x88);
        assertThat(end.code()).as(role + " " + end.text()).isEqualTo(code);
        assertThat(peer.ended()).isTrue();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void aBombEndsAtTheLimitWithMemoryFlat(Role role) throws Exception {
    byte[] bomb = new Zip(false).deflate(new byte[64 << 20]);
    assertThat(bomb.length).isLessThan(400_000);
    try (Subject subject = subject(role, Deflate.TAKEOVER)) {
      WebSocket socket = explode(subject, bomb);
      Callable<Long> heap = CompressionTest::heapOfThisThread;
      long heapBefore = socket.eventLoop().submit(heap).get(10, TimeUnit.SECONDS);
      long directBefore = PlatformDependent.usedDirectMemory();
      for (int i = 0; i < 20; i++) {
        explode(subject, bomb);
      }
      long heapAfter = socket.eventLoop().submit(heap).get(10, TimeUnit.SECONDS);
      assertThat(heapAfter - heapBefore).as("heap for 20 bombs").isLessThan(20L << 20);
      assertThat(PlatformDependent.usedDirectMemory() - directBefore).isLessThan(16L << 20);
    }
  }

  private static WebSocket explode(Subject subject, byte[] bomb) {
    try (BarePeer peer = subject.connect(DEFLATE)) {
      peer.frame(0xc2, bomb);
      BarePeer.Frame end = peer.read();
      assertThat(end.code()).as(end.text()).isEqualTo(1009);
      assertThat(subject.closed().code()).isEqualTo(1009);
    }
    return subject.socket();
  }

  private static long heapOfThisThread() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    return threads.getCurrentThreadAllocatedBytes();
  }
}
