package dev.switchboard.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.peers.BarePeer;
import dev.switchboard.peers.Zip;
import dev.switchboard.protocol.UnsentException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Messages that leave in fragments, long ones and streams, in both roles. */
@Tag("B2")
final class StreamedMessageTest {
  private static final WebSocketOptions CUTTING =
      WebSocketOptions.builder().fragmentBytes(10_000).maxPendingBytes(64 << 20).build();

  private static byte[] noise(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(UTF_8);
  }

  private static void join(StreamedMessage message) throws Exception {
    var unused = message.done().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  /** The frames of one message, and the control frames between them. */
  private static List<BarePeer.Frame> frames(BarePeer peer) {
    List<BarePeer.Frame> all = new ArrayList<>();
    do {
      all.add(peer.read());
    } while ((all.getLast().first() & 0x88) != 0x80);
    return all;
  }

  private static byte[] payload(List<BarePeer.Frame> frames) {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    for (BarePeer.Frame frame : frames) {
      if ((frame.first() & 8) == 0) {
        whole.writeBytes(frame.payload());
      }
    }
    return whole.toByteArray();
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void aMessageBeyondTheLimitLeavesInFragmentsAndOthersKeepTheirPlace(Role role) {
    try (Subject subject = new Subject(role, CUTTING);
        BarePeer peer = subject.connect()) {
      WebSocket socket = subject.socket();
      byte[] exact = noise(10_000);
      byte[] longer = noise(35_000);
      socket.execute(() -> {
        socket.sendBinary(exact);
        socket.sendBinary(longer);
        socket.sendText(utf8("short"));
        socket.sendText(utf8("x".repeat(10_001)));
        socket.send(StreamedMessage.of(new Chunks(utf8("a"), utf8("b")), true, 100));
        socket.sendText(utf8("end"));
      });
      assertThat(peer.read().payload()).isEqualTo(exact);
      List<BarePeer.Frame> cut = frames(peer);
      assertThat(cut).extracting(BarePeer.Frame::first).containsExactly(0x02, 0x00, 0x00, 0x80);
      assertThat(cut)
          .extracting(frame -> frame.payload().length)
          .containsExactly(10_000, 10_000, 10_000, 5_000);
      assertThat(payload(cut)).isEqualTo(longer);
      assertThat(peer.read().text()).isEqualTo("short");
      assertThat(frames(peer)).extracting(BarePeer.Frame::first).containsExactly(0x01, 0x80);
      assertThat(payload(frames(peer))).isEqualTo(utf8("ab"));
      assertThat(peer.read().text()).isEqualTo("end");
    }
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void aPongDoesNotWaitForTheEndOfALongMessage(Role role) {
    try (Subject subject = new Subject(role, CUTTING);
        BarePeer peer = subject.connect()) {
      WebSocket socket = subject.socket();
      byte[] huge = new byte[48 << 20];
      socket.execute(() -> socket.sendBinary(huge));
      peer.read();
      peer.frame(0x89, "between");
      List<BarePeer.Frame> rest = frames(peer);
      int pong = rest.indexOf(rest.stream().filter(f -> f.first() == 0x8a).findFirst().get());
      assertThat(pong).isLessThan(rest.size() / 2);
      assertThat(payload(rest)).hasSize(huge.length - 10_000);
    }
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void writtenIsToldWhenTheMessagesBeforeAreWritten(Role role) throws Exception {
    PipedOutputStream feed = new PipedOutputStream();
    try (Subject subject = new Subject(role, CUTTING);
        BarePeer peer = subject.connect()) {
      WebSocket socket = subject.socket();
      StreamedMessage stream = StreamedMessage.of(new PipedInputStream(feed), true, 1_000);
      BlockingQueue<String> told = new LinkedBlockingQueue<>();
      CompletableFuture<Long> pending = new CompletableFuture<>();
      socket.execute(() -> {
        socket.send(stream);
        socket.sendText(utf8("behind"));
        socket.whenWritten(failure -> told.add("written " + failure));
        pending.complete(socket.pendingBytes());
      });
      assertThat(pending.get(10, TimeUnit.SECONDS)).as("and a piece").isEqualTo(1_006);
      feed.write(utf8("first"));
      feed.flush();
      assertThat(peer.read().text()).isEqualTo("first");
      await().until(() -> stream.sent() == 5);
      assertThat(stream.over()).isFalse();
      assertThat(told).isEmpty();
      feed.close();
      assertThat(peer.read().first()).isEqualTo(0x80);
      assertThat(peer.read().text()).isEqualTo("behind");
      assertThat(Echo.next(told)).isEqualTo("written null");
      join(stream);
    }
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void aCloseCutsInAndEverybodyWhoWaitsIsTold(Role role) throws Exception {
    try (Subject subject = new Subject(role, CUTTING);
        BarePeer peer = subject.connect();
        PipedOutputStream feed = new PipedOutputStream()) {
      WebSocket socket = subject.socket();
      StreamedMessage begun = StreamedMessage.of(new PipedInputStream(feed), false, 1_000);
      Chunks waiting = new Chunks(utf8("never read"));
      StreamedMessage second = StreamedMessage.of(waiting, false, 1_000);
      BlockingQueue<String> told = new LinkedBlockingQueue<>();
      feed.write(1);
      socket.execute(() -> {
        socket.send(begun);
        socket.sendBinary(noise(50_000));
        socket.send(second);
        socket.whenWritten(failure -> told.add(String.valueOf(failure)));
      });
      assertThat(peer.read().first()).isEqualTo(0x02);
      socket.execute(() -> socket.close(1000, "enough"));
      assertThat(peer.read().text()).endsWith("enough");
      assertThat(Echo.next(told)).contains("ClosedChannelException");
      for (StreamedMessage each : List.of(begun, second)) {
        assertThatThrownBy(() -> join(each))
            .cause()
            .isInstanceOf(UnsentException.class)
            .hasMessage("connection: lost before the message was written");
        assertThat(each.half()).isFalse();
      }
      await().untilTrue(waiting.closed);
      peer.frame(0x88, new byte[] {3, (byte) 0xe8});
      assertThat(subject.closed().code()).isEqualTo(1000);
      Chunks late = new Chunks();
      StreamedMessage afterwards = StreamedMessage.of(late, false, 1_000);
      socket.execute(() -> socket.send(afterwards));
      assertThatThrownBy(() -> join(afterwards)).hasMessageContaining("(expected: OPEN)");
      await().untilTrue(late.closed);
    }
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void whatIsGivenUpBeforeItsFirstPieceIsPassedOver(Role role) throws Exception {
    try (Subject subject = new Subject(role, CUTTING);
        BarePeer peer = subject.connect();
        PipedOutputStream feed = new PipedOutputStream()) {
      WebSocket socket = subject.socket();
      StreamedMessage silent = StreamedMessage.of(new PipedInputStream(feed), false, 1_000);
      Chunks unread = new Chunks(utf8("never read"));
      StreamedMessage second = StreamedMessage.of(unread, false, 1_000);
      socket.execute(() -> {
        socket.send(silent);
        socket.send(second);
        socket.sendText(utf8("after"));
      });
      second.cancel();
      silent.cancel();
      assertThat(peer.read().text()).isEqualTo("after");
      assertThatThrownBy(() -> join(silent)).hasCauseInstanceOf(CancellationException.class);
      assertThat(silent.half()).isFalse();
      await().untilTrue(unread.closed);
      CompletableFuture<Long> pending = new CompletableFuture<>();
      socket.execute(() -> socket.whenWritten(done -> pending.complete(socket.pendingBytes())));
      assertThat(pending.get(10, TimeUnit.SECONDS)).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void halfAMessageEndsTheConnection(Role role) throws Exception {
    InputStream broken =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("a bad disk");
          }

          @Override
          public int read(byte[] into, int from, int most) throws IOException {
            return read();
          }
        };
    try (Subject subject = new Subject(role, CUTTING)) {
      for (boolean cancelled : new boolean[] {true, false}) {
        try (BarePeer peer = subject.connect();
            PipedOutputStream feed = new PipedOutputStream()) {
          WebSocket socket = subject.socket();
          InputStream rest = cancelled ? new PipedInputStream(feed) : broken;
          InputStream source = new SequenceInputStream(new Chunks(new byte[1]), rest);
          StreamedMessage stream = StreamedMessage.of(source, false, 1_000);
          socket.execute(() -> socket.send(stream));
          assertThat(peer.read().first()).isEqualTo(0x02);
          if (cancelled) {
            stream.cancel();
          }
          BarePeer.Frame end = peer.read();
          while (end.first() == 0) {
            end = peer.read();
          }
          assertThat(end.code()).isEqualTo(1011);
          assertThat(stream.half()).isTrue();
          assertThatThrownBy(() -> join(stream))
              .satisfies(failure -> {
                if (!cancelled) {
                  assertThat(failure).rootCause().hasMessage("a bad disk");
                }
              });
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void aLostConnectionEndsTheReading(Role role) throws Exception {
    try (Subject subject = new Subject(role, CUTTING);
        PipedOutputStream feed = new PipedOutputStream()) {
      StreamedMessage stream = StreamedMessage.of(new PipedInputStream(feed), false, 1_000);
      try (BarePeer peer = subject.connect()) {
        WebSocket socket = subject.socket();
        socket.execute(() -> {
          socket.send(stream);
          socket.sendBinary(noise(100_000));
        });
        feed.write(1);
        feed.flush();
        assertThat(peer.read().first()).isEqualTo(0x02);
        peer.reset();
      }
      assertThatThrownBy(() -> join(stream)).hasMessageContaining("connection: lost");
      assertThat(subject.closed().code()).isEqualTo(1006);
    }
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void aListenerThatThrowsBehindAStreamEndsItsOwnConnection(Role role) throws Exception {
    try (Subject subject = new Subject(role, CUTTING);
        BarePeer peer = subject.connect()) {
      WebSocket socket = subject.socket();
      socket.execute(() -> {
        socket.send(StreamedMessage.of(new Chunks(utf8("a")), true, 1_000));
        socket.whenWritten(failure -> {
          throw new IllegalStateException("on purpose");
        });
        socket.sendText(utf8("after"));
      });
      assertThat(payload(frames(peer))).isEqualTo(utf8("a"));
      BarePeer.Frame next = peer.read();
      if (next.first() == 0x81) {
        next = peer.read();
      }
      assertThat(next.code()).isEqualTo(1011);
    }
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  @Tag("B9")
  void connectionsOfOneLoopThatCompressInTurnDoNotMixUp(Role role) throws Exception {
    for (Deflate terms : List.of(Deflate.DEFAULT, Deflate.TAKEOVER)) {
      boolean keeps = !terms.serverNoContextTakeover();
      String extension =
          "permessage-deflate"
              + (keeps ? "" : "; server_no_context_takeover; client_no_context_takeover");
      WebSocketOptions options =
          WebSocketOptions.builder().deflate(terms).fragmentBytes(5_000).build();
      byte[] words = utf8("one word after another, and the next. ".repeat(1_000));
      Zip streaming = new Zip(keeps);
      Zip whole = new Zip(keeps);
      try (Subject subject = new Subject(role, options);
          BarePeer first = subject.connect(extension);
          BarePeer second = subject.connect(extension)) {
        WebSocket one = subject.socket();
        WebSocket other = subject.socket();
        for (int round = 0; round < 3; round++) {
          PipedOutputStream feed = new PipedOutputStream();
          StreamedMessage stream = StreamedMessage.of(new PipedInputStream(feed), true, 4_000);
          one.execute(() -> one.send(stream));
          ByteArrayOutputStream zipped = new ByteArrayOutputStream();
          for (int from = 0; from < words.length; from += 1_000) {
            feed.write(words, from, 1_000);
            feed.flush();
            BarePeer.Frame piece = first.read();
            assertThat(piece.first()).isEqualTo(from == 0 ? 0x41 : 0x00);
            zipped.writeBytes(piece.payload());
            byte[] message = utf8(("number " + from + " ").repeat(50));
            other.execute(() -> other.sendText(message));
            assertThat(whole.message(second.read())).isEqualTo(message);
          }
          feed.close();
          zipped.writeBytes(first.read().payload());
          BarePeer.Frame joined = new BarePeer.Frame(0xc1, zipped.toByteArray());
          assertThat(streaming.message(joined)).isEqualTo(words);
          one.execute(() -> one.sendBinary(Arrays.copyOf(words, 20_000))); // in pieces, too
          List<BarePeer.Frame> cut = frames(first);
          assertThat(cut).hasSize(4);
          assertThat(cut.getFirst().first()).isEqualTo(0x42);
          assertThat(streaming.message(new BarePeer.Frame(0xc2, payload(cut))))
              .isEqualTo(Arrays.copyOf(words, 20_000));
        }
      }
      streaming.end();
      whole.end();
    }
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  @Tag("B9")
  void aStreamThatBeginsWithLittleIsCompressedUnlessNothingIs(Role role) throws Exception {
    for (int threshold : new int[] {256, 1_000_000}) {
      Deflate terms = new Deflate(6, threshold, true, true, 15, 15);
      Zip zip = new Zip(false);
      try (Subject subject = new Subject(role, WebSocketOptions.builder().deflate(terms).build());
          BarePeer peer =
              subject.connect(
                  "permessage-deflate; server_no_context_takeover; client_no_context_takeover")) {
        WebSocket socket = subject.socket();
        byte[] rest = utf8("much the same ".repeat(1_000));
        socket.execute(
            () -> socket.send(StreamedMessage.of(new Chunks(utf8("ab"), rest), true, 16_000)));
        List<BarePeer.Frame> frames = frames(peer);
        boolean compressed = threshold == 256;
        assertThat(frames.getFirst().first()).isEqualTo(compressed ? 0x41 : 0x01);
        BarePeer.Frame joined = new BarePeer.Frame(frames.getFirst().first(), payload(frames));
        assertThat(joined.payload().length < 1_000).isEqualTo(compressed);
        assertThat(zip.message(joined)).startsWith(utf8("abmuch")).hasSize(2 + rest.length);
      }
      zip.end();
    }
  }
}
