package dev.switchboard.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.peers.BarePeer;
import dev.switchboard.peers.Conversation;
import dev.switchboard.server.RawEndpoint;
import dev.switchboard.server.Server;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Endpoints and clients as users have them, whose handlers send back what comes: whatever arrived
 * whole is answered before the end. Everything is sent at once, so that the end is there before a
 * handler can have run.
 */
@Tag("B2")
class StrictTest {
  private static final byte[] NORMAL = {3, (byte) 0xe8};
  private static final byte[] LARGE = new byte[1 << 20];

  /** Who sends back what comes. */
  enum Echo {
    ENDPOINT,
    ENDPOINT_ON_THE_LOOP,
    CLIENT,
    CLIENT_THAT_BLOCKS;

    boolean serves() {
      return this == ENDPOINT || this == ENDPOINT_ON_THE_LOOP;
    }
  }

  /** One of them, and the way to it. */
  private static final class Subject implements AutoCloseable {
    private final Echo echo;
    private final Server server;
    private final ServerSocket listening;

    Subject(Echo echo) throws IOException {
      this.echo = echo;
      RawEndpoint endpoint =
          RawEndpoint.create()
              .onText((peer, text) -> peer.send(text))
              .onBinary((peer, bytes) -> peer.send(bytes));
      if (echo == Echo.ENDPOINT_ON_THE_LOOP) {
        endpoint.handlersOnEventLoop();
      }
      server = Server.builder().port(0).endpoint("/raw", endpoint).start();
      listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
      listening.setSoTimeout(20_000);
    }

    <T> T with(Function<BarePeer, T> conversation) {
      if (echo.serves()) {
        try (BarePeer peer = BarePeer.webSocket(server.port(), "/raw")) {
          return conversation.apply(peer);
        }
      }
      RawClient client = client();
      client.onText(echoing(client::send, client::sendAsync));
      client.onBinary(echoing(client::send, client::sendAsync));
      var unused = client.connectAsync();
      try (BarePeer peer = BarePeer.accept(listening)) {
        return conversation.apply(peer);
      } finally {
        client.forceClose();
      }
    }

    /** A client of whoever is listening. */
    RawClient client() {
      return Client.raw()
          .reconnect(Reconnect.never())
          .maxMessageBytes(1 << 20)
          .build("ws://127.0.0.1:" + listening.getLocalPort() + "/");
    }

    private <M> Consumer<M> echoing(Consumer<M> blocking, Function<M, ?> other) {
      return message -> {
        if (echo == Echo.CLIENT_THAT_BLOCKS) {
          blocking.accept(message);
        } else {
          var unused = other.apply(message);
        }
      };
    }

    @Override
    public void close() throws IOException {
      server.close();
      listening.close();
    }
  }

  @ParameterizedTest
  @EnumSource(Echo.class)
  void everyConversationOfTheTransportIsStrictWithHandlersToo(Echo echo) throws Exception {
    List<String> wrong = new ArrayList<>();
    try (Subject subject = new Subject(echo)) {
      for (Conversation row : Conversation.all()) {
        Optional<String> failure =
            subject.with(peer -> {
              peer.send(row.bytes(peer));
              return Optional.ofNullable(answered(row, peer));
            });
        failure.ifPresent(what -> wrong.add(row + ": " + what));
      }
    }
    assertThat(wrong).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Echo.class)
  void soIsALongBurst(Echo echo) throws Exception {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      texts.add(i % 100 == 99 ? i + "x".repeat(100_000) : "message " + i);
    }
    try (Subject subject = new Subject(echo)) {
      List<String> answers =
          subject.with(peer -> {
            CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> burst(peer, texts));
            List<String> got = new ArrayList<>();
            BarePeer.Frame frame = peer.message();
            for (; frame.opcode() == 1; frame = peer.message()) {
              got.add(frame.text());
            }
            assertThat(frame.code()).isEqualTo(1000);
            sent.join();
            return got;
          });
      assertThat(answers).isEqualTo(texts);
    }
  }

  private static void burst(BarePeer peer, List<String> texts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    texts.forEach(text -> all.writeBytes(peer.framed(0x81, text.getBytes(StandardCharsets.UTF_8))));
    all.writeBytes(peer.framed(0x88, NORMAL));
    peer.send(all.toByteArray());
  }

  @ParameterizedTest
  @EnumSource(
      value = Echo.class,
      names = {"ENDPOINT", "ENDPOINT_ON_THE_LOOP"})
  void soIsAnEndpointWhoseClientOnlyEndsItsSide(Echo echo) throws Exception {
    try (Subject subject = new Subject(echo)) {
      subject.with(peer -> {
        peer.frame(0x81, "one").frame(0x81, "two").shutdownOutput();
        assertThat(peer.read().text()).isEqualTo("one");
        assertThat(peer.read().text()).isEqualTo("two");
        assertThat(peer.ended()).isTrue();
        return true;
      });
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aStreamOfAnEndpointIsSentToItsEnd(boolean onTheLoop) {
    RawEndpoint endpoint =
        RawEndpoint.create()
            .onText((peer, text) -> {
              var first = peer.send(new ByteArrayInputStream(LARGE), false);
              var second = peer.send(new ByteArrayInputStream(LARGE), true);
              assertThat(first).isNotEqualTo(second);
            });
    if (onTheLoop) {
      endpoint.handlersOnEventLoop();
    }
    try (Server server = Server.builder().port(0).endpoint("/raw", endpoint).start();
        BarePeer peer = BarePeer.webSocket(server.port(), "/raw")) {
      streams(peer, 2);
    }
  }

  @Test
  void soIsAStreamOfAClient() throws Exception {
    try (Subject subject = new Subject(Echo.CLIENT);
        RawClient client = subject.client()) {
      client.onText(text -> {
        Transfer unused = client.send(new ByteArrayInputStream(LARGE));
      });
      var unused = client.connectAsync();
      try (BarePeer peer = BarePeer.accept(subject.listening)) {
        streams(peer, 1);
      }
    }
  }

  private static void streams(BarePeer peer, int count) {
    burst(peer, List.of("go"));
    for (int i = 0; i < count; i++) {
      assertThat(peer.message().payload()).isEqualTo(LARGE);
    }
    assertThat(peer.read().code()).isEqualTo(1000);
    peer.shutdownOutput();
    assertThat(peer.ended()).isTrue();
  }

  @Tag("slow")
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aHandlerThatDoesNotReturnIsNotWaitedForLongerThanTheCloseTimeout(boolean serves)
      throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    RawEndpoint endpoint = RawEndpoint.create().onText((peer, text) -> stuck(never));
    try (Subject subject = new Subject(Echo.CLIENT);
        Server server = Server.builder().port(0).endpoint("/raw", endpoint).start();
        RawClient client = subject.client()) {
      client.onText(text -> stuck(never));
      CompletionStage<?> unused = serves ? null : client.connectAsync();
      try (BarePeer peer =
          serves ? BarePeer.webSocket(server.port(), "/raw") : BarePeer.accept(subject.listening)) {
        burst(peer, List.of("go"));
        assertThat(peer.read().code()).isEqualTo(1000);
        peer.shutdownOutput();
        assertThat(peer.ended()).isTrue();
      } finally {
        never.countDown();
      }
    }
  }

  private static void stuck(CountDownLatch never) {
    try {
      never.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Null, or what is wrong. Pongs may overtake messages. */
  private static @Nullable String answered(Conversation row, BarePeer peer) {
    List<String> messages = new ArrayList<>();
    List<String> pongs = new ArrayList<>();
    String end = "";
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    int kind = 0;
    for (String answer : row.answers()) {
      if (answer.startsWith("echo") || answer.startsWith("close")) {
        end = answer;
      } else {
        (answer.startsWith("8a") ? pongs : messages).add(plain(answer));
      }
    }
    while (!messages.isEmpty() || !pongs.isEmpty() || !end.isEmpty()) {
      BarePeer.Frame frame = peer.read();
      String hex = HexFormat.of().formatHex(frame.payload());
      if (frame.opcode() == 8) {
        return ended(peer, frame, messages, end);
      } else if (frame.opcode() == 10) {
        if (pongs.isEmpty() || !pongs.removeFirst().equals("8a:" + hex)) {
          return "pong " + hex;
        }
      } else {
        kind = frame.opcode() == 0 ? kind : frame.opcode();
        message.writeBytes(frame.payload());
        if (frame.last()) {
          String got = "8" + kind + ":" + HexFormat.of().formatHex(message.toByteArray());
          message.reset();
          if (messages.isEmpty() || !messages.removeFirst().equals(got)) {
            return "message " + got.substring(0, Math.min(80, got.length()));
          }
        }
      }
    }
    return null;
  }

  private static String plain(String answer) {
    return answer.substring(0, 3)
        + HexFormat.of().formatHex(Conversation.payload(answer.substring(3)));
  }

  private static @Nullable String ended(
      BarePeer peer, BarePeer.Frame close, List<String> owed, String end) {
    if (!owed.isEmpty()) {
      return "closed before " + owed.size() + " answers";
    }
    int code = end.isEmpty() ? 0 : Integer.parseInt(end.substring(end.indexOf(' ') + 1));
    if (close.code() != code) {
      return "closed with " + close.code();
    }
    peer.shutdownOutput();
    return peer.ended() ? null : "the stream does not end properly";
  }
}
