package dev.switchboard.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.peers.BarePeer;
import dev.switchboard.peers.Zip;
import dev.switchboard.transport.netty.ClientTransport;
import dev.switchboard.transport.netty.Loops;
import dev.switchboard.transport.netty.PreparedMessages;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** permessage-deflate (RFC 7692) as a server speaks it to a bare socket, and as a client does. */
@Tag("B9")
final class DeflateTest {
  private static final int COMPRESSED_TEXT = 0xc1;
  private static final int COMPRESSED_BINARY = 0xc2;
  private static final String ALL = "permessage-deflate; client_max_window_bits";

  private static EchoServer forgetting;
  private static EchoServer keeping;

  @BeforeAll
  static void start() {
    forgetting = new EchoServer(IoKind.best(), options(Deflate.DEFAULT));
    keeping = new EchoServer(IoKind.best(), options(Deflate.TAKEOVER));
  }

  private static WebSocketOptions options(Deflate deflate) {
    return WebSocketOptions.builder().deflate(deflate).build();
  }

  @AfterAll
  static void stop() {
    forgetting.close();
    keeping.close();
  }

  @ParameterizedTest(name = "{0} => {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          permessage-deflate                                   | permessage-deflate
          permessage-deflate; client_max_window_bits           | permessage-deflate
          permessage-deflate; client_max_window_bits=10        | permessage-deflate
          permessage-deflate; client_max_window_bits="10"      | permessage-deflate
          permessage-deflate; server_no_context_takeover       | permessage-deflate; server_no_context_takeover
          permessage-deflate; client_no_context_takeover       | permessage-deflate; client_no_context_takeover
          permessage-deflate; server_max_window_bits=15        | permessage-deflate; server_max_window_bits=15
          permessage-deflate; server_max_window_bits=8         | permessage-deflate; server_max_window_bits=8
          permessage-deflate; server_max_window_bits=9; server_no_context_takeover | permessage-deflate; server_no_context_takeover; server_max_window_bits=9
          x-other, permessage-deflate                          | permessage-deflate
          permessage-deflate; x, permessage-deflate; server_no_context_takeover | permessage-deflate; server_no_context_takeover
          permessage-deflate; server_max_window_bits           |
          permessage-deflate; server_max_window_bits=7         |
          permessage-deflate; server_max_window_bits=16        |
          permessage-deflate; server_max_window_bits=08        |
          permessage-deflate; client_max_window_bits=0         |
          permessage-deflate; client_max_window_bits=x         |
          permessage-deflate; server_no_context_takeover=1     |
          permessage-deflate; client_no_context_takeover=1     |
          permessage-deflate; client_no_context_takeover; client_no_context_takeover |
          permessage-deflate; unknown                          |
          x-webkit-deflate-frame                               |
          """)
  void anOfferIsAnsweredAsTheStandardSays(String offer, String answer) {
    assertThat(answer(keeping, offer)).isEqualTo(answer);
  }

  private static @Nullable String answer(EchoServer server, String offer) {
    try (BarePeer raw = new BarePeer(server.address().getPort())) {
      raw.send(BarePeer.handshake("/", "Sec-WebSocket-Extensions: " + offer));
      String head = raw.head();
      assertThat(head).startsWith("HTTP/1.1 101");
      int at = head.indexOf("Sec-WebSocket-Extensions: ");
      return at < 0 ? null : head.substring(at + 26, head.indexOf("\r\n", at));
    }
  }

  @Test
  void theServersOwnWishesAreSaid() {
    Deflate narrow = new Deflate(1, 0, true, true, 10, 9);
    try (EchoServer server = new EchoServer(IoKind.best(), options(narrow))) {
      assertThat(answer(server, "permessage-deflate"))
          .isEqualTo(
              "permessage-deflate; server_no_context_takeover; client_no_context_takeover;"
                  + " server_max_window_bits=10");
      assertThat(answer(server, ALL))
          .endsWith("server_max_window_bits=10; client_max_window_bits=9");
    }
  }

  private static BarePeer open(EchoServer server, String offer) {
    BarePeer raw = new BarePeer(server.address().getPort());
    raw.send(BarePeer.handshake("/", "Sec-WebSocket-Extensions: " + offer));
    assertThat(raw.head()).contains("permessage-deflate");
    return raw;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 100, 255, 256, 4096, 32_767, 32_768, 32_769, 65_536, 200_000})
  void messagesComeBackWhole(int length) throws DataFormatException {
    byte[] words = words(length);
    for (EchoServer server : new EchoServer[] {forgetting, keeping}) {
      for (int bits : new int[] {8, 9, 12, 15}) {
        try (BarePeer raw = open(server, ALL + "; server_max_window_bits=" + bits)) {
          var zip = new Zip(server.equals(keeping));
          for (int round = 0; round < 3; round++) {
            raw.frame(COMPRESSED_BINARY, zip.deflate(words));
            assertThat(zip.message(raw.read())).isEqualTo(words);
          }
          zip.end();
        }
      }
    }
  }

  @Test
  void whatTheServerRemembersMakesMessagesShorter() {
    byte[] words = words(2000);
    assertThat(lengthOfSecond(keeping, words)).isLessThan(60);
    assertThat(lengthOfSecond(forgetting, words)).isGreaterThan(200);
  }

  private static int lengthOfSecond(EchoServer server, byte[] words) {
    try (BarePeer raw = open(server, ALL)) {
      raw.frame(0x82, words);
      raw.frame(0x82, words);
      raw.read();
      return raw.read().payload().length;
    }
  }

  @Test
  void shortMessagesAndThoseThatDoNotShrinkGoAsTheyAre() {
    byte[] noise = new byte[5000];
    new Random(7).nextBytes(noise);
    try (BarePeer raw = open(forgetting, ALL)) {
      raw.frame(0x81, "short");
      assertThat(raw.read().first()).isEqualTo(0x81);
      raw.frame(0x82, noise);
      assertThat(raw.read().first()).isEqualTo(0x82);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 125, 4000})
  void aCompressedMessageMayComeInFragmentsWithControlFramesBetween(int piece)
      throws DataFormatException {
    byte[] words = words(20_000);
    for (EchoServer server : new EchoServer[] {forgetting, keeping}) {
      try (BarePeer raw = open(server, ALL)) {
        var zip = new Zip(server.equals(keeping));
        for (int round = 0; round < 3; round++) {
          byte[] zipped = zip.deflate(words);
          for (int at = 0; at < zipped.length; at += piece) {
            raw.frame(
                at == 0 ? 0x41 : 0x00,
                Arrays.copyOfRange(zipped, at, Math.min(zipped.length, at + piece)));
          }
          raw.frame(0x89, "between");
          raw.frame(0x80, "");
          assertThat(raw.read().first()).isEqualTo(0x8a);
          assertThat(zip.message(raw.read())).isEqualTo(words);
        }
        zip.end();
      }
    }
  }

  @Test
  void aBlockMarkedAsTheLastIsFollowedByMore() {
    // RFC 7692 §7.2.3.4: "Hello" in a final block, with and without the byte that follows it.
    for (EchoServer server : new EchoServer[] {forgetting, keeping}) {
      for (String hex :
          new String[] {"f348cdc9c90700", "f348cdc9c9070000", "f348cdc9c90700f348cdc9c9070000"}) {
        try (BarePeer raw = open(server, ALL)) {
          for (int round = 0; round < 3; round++) {
            raw.frame(COMPRESSED_TEXT, HexFormat.of().parseHex(hex));
            assertThat(raw.read().text()).isEqualTo(hex.length() > 20 ? "HelloHello" : "Hello");
            raw.frame(COMPRESSED_TEXT, HexFormat.of().parseHex("f248cdc9c90700"));
            assertThat(raw.read().text()).isEqualTo("Hello");
          }
        }
      }
    }
  }

  @Test
  void blocksOfEveryKindAreUnderstood() {
    // RFC 7692 §7.2.3: stored, two blocks, empty blocks, one that refers to the message before.
    try (BarePeer raw = open(keeping, ALL)) {
      for (String hex :
          new String[] {
            "000500faff48656c6c6f00",
            "f248050000 00ffffcac9c90700".replace(" ", ""),
            "000000ffff000000fffff248cdc9c90700",
            "f248cdc9c90700",
            "f200110000"
          }) {
        raw.frame(COMPRESSED_TEXT, HexFormat.of().parseHex(hex));
        assertThat(raw.read().text()).as(hex).isEqualTo("Hello");
      }
      for (String empty : new String[] {"00", "", "000000ffff00"}) {
        raw.frame(COMPRESSED_TEXT, HexFormat.of().parseHex(empty));
        assertThat(raw.read().payload()).as(empty).isEmpty();
      }
    }
  }

  @Test
  void uncompressedMessagesMayComeInBetween() throws DataFormatException {
    try (BarePeer raw = open(keeping, ALL)) {
      var zip = new Zip(true);
      for (int round = 0; round < 5; round++) {
        raw.frame(COMPRESSED_TEXT, zip.deflate(words(500)));
        assertThat(zip.message(raw.read())).isEqualTo(words(500));
        raw.frame(0x81, "plain");
        assertThat(raw.read().text()).isEqualTo("plain");
      }
      zip.end();
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      textBlock =
          """
          RSV1 on a ping,                c9, '',               1002
          RSV1 on a continuation,        c0, '',               1002
          RSV1 and RSV2,                 e1, 00,               1002
          RSV1 on a close,               c8, 03e8,             1002
          not a deflate stream,          c1, ffffffff,         1007
          a reference before the start,  c1, f200110000,       1007
          text that is not UTF-8,        c1, 000100feffff00,   1007
          text that ends too early,      c1, 000100feffc300,   1007
          """)
  void whatBreaksTheRulesEndsTheConnection(String why, String first, String hex, int code) {
    try (BarePeer raw = open(forgetting, ALL)) {
      if (first.equals("c0")) {
        raw.frame(0x41, HexFormat.of().parseHex("f248cdc9"));
      }
      raw.frame(Integer.parseInt(first, 16), HexFormat.of().parseHex(hex));
      BarePeer.Frame end = raw.read();
      assertThat(end.first()).isEqualTo(0x88);
      assertThat(end.code()).as(end.text()).isEqualTo(code);
      assertThat(raw.ended()).isTrue();
    }
  }

  @Test
  void invalidTextIsRefusedBeforeItsMessageIsComplete() {
    try (BarePeer raw = open(forgetting, ALL)) {
      raw.frame(0x41, HexFormat.of().parseHex("000200fdff61ff"));
      assertThat(raw.read().code()).isEqualTo(1007);
    }
  }

  @Test
  void aBombEndsAtTheLimitWithMemoryFlat() {
    byte[] bomb = new Zip(false).deflate(new byte[16 << 20]);
    assertThat(bomb.length).isLessThan(100_000);
    try (BarePeer first = open(forgetting, ALL)) {
      first.frame(COMPRESSED_BINARY, bomb);
      assertThat(first.read().code()).isEqualTo(1009);
    }
    long before = direct();
    for (int i = 0; i < 50; i++) {
      try (BarePeer raw = open(i % 2 == 0 ? forgetting : keeping, ALL)) {
        raw.frame(COMPRESSED_BINARY, bomb);
        BarePeer.Frame end = raw.read();
        assertThat(end.code()).as(end.text()).isEqualTo(1009);
      }
    }
    assertThat(direct() - before).isLessThan(16 << 20);
  }

  private static long direct() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .mapToLong(BufferPoolMXBean::getMemoryUsed)
            .sum()
        + io.netty.util.internal.PlatformDependent.usedDirectMemory();
  }

  @Test
  void aMessageForManyIsCompressedOnce() throws Exception {
    BlockingQueue<WebSocket> sockets = forgetting.opened;
    sockets.clear();
    byte[] words = words(3000);
    try (BarePeer one = open(forgetting, ALL);
        BarePeer two = open(forgetting, ALL);
        BarePeer plain = BarePeer.webSocket(forgetting.address().getPort(), "/")) {
      Prepared message = PreparedMessages.text(words);
      for (int i = 0; i < 3; i++) {
        WebSocket socket = sockets.poll(10, TimeUnit.SECONDS);
        message.retain();
        socket.execute(() -> {
          socket.sendPrepared(message);
          message.release();
        });
      }
      message.release();
      var zip = new Zip(false);
      BarePeer.Frame zipped = one.read();
      assertThat(zip.message(zipped)).isEqualTo(words);
      assertThat(two.read().payload()).isEqualTo(zipped.payload());
      assertThat(plain.read().payload()).isEqualTo(words);
    }
    assertThatThrownBy(
            () -> {
              Prepared gone = PreparedMessages.text(words);
              gone.release();
              gone.retain();
            })
        .isInstanceOf(IllegalStateException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "true, true, 15, 15",
    "false, false, 15, 15",
    "true, false, 9, 15",
    "false, true, 15, 9",
    "false, false, 8, 8"
  })
  @Tag("A6")
  void aClientSpeaksItToo(boolean server, boolean client, int serverBits, int clientBits)
      throws Exception {
    var deflate = new Deflate(6, 64, server, client, serverBits, clientBits);
    BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();
    try (Loops loops = Loops.of(IoKind.best(), 1)) {
      ClientConnect request =
          ClientConnect.to(URI.create("ws://127.0.0.1:" + keeping.address().getPort() + "/"))
              .withOptions(options(deflate));
      WebSocket socket =
          ClientTransport.connect(request, loops.next(), ws -> new Collecting(received))
              .toCompletableFuture()
              .get(10, TimeUnit.SECONDS);
      assertThat(socket.extensions()).startsWith("permessage-deflate");
      for (int length : new int[] {0, 10, 300, 70_000, 300_000, 300}) {
        byte[] words = words(length);
        socket.execute(() -> socket.sendBinary(words));
        assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo(words);
      }
      socket.execute(socket::terminate);
    }
  }

  private record Collecting(BlockingQueue<byte[]> received) implements WebSocketListener {
    @Override
    public void onBinary(ByteBuf view) {
      byte[] bytes = new byte[view.readableBytes()];
      view.readBytes(bytes);
      received.add(bytes);
    }
  }

  /** Text that shrinks well and refers far back. */
  private static byte[] words(int length) {
    Random random = new Random(length);
    ByteBuf text = Unpooled.buffer(length + 16);
    while (text.readableBytes() < length) {
      text.writeCharSequence(
          Integer.toString(random.nextInt(5000), 36) + " ", StandardCharsets.US_ASCII);
    }
    return Arrays.copyOf(text.array(), length);
  }
}
