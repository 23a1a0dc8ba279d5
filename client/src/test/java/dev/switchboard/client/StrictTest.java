package dev.switchboard.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.server.RawEndpoint;
import dev.switchboard.server.Server;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every row of the transport's {@code conversations.txt} with endpoints and clients as users have
 * them, whose handlers send back what comes: whatever arrived whole is answered before the end.
 * Each row is sent at once, so that its last frame is there before a handler can have run.
 */
@Tag("B2")
class StrictTest {
  private static final Path ROWS =
      Path.of("..", "transport/src/test/resources/dev/switchboard/transport/conversations.txt");

  /** Who sends back what comes. */
  enum Echo {
    ENDPOINT,
    ENDPOINT_ON_THE_LOOP,
    CLIENT,
    CLIENT_THAT_BLOCKS
  }

  /** What an echo gets, and what it is to send. */
  private record Row(String sent, String answered) {
    static List<Row> all() throws IOException {
      try (Stream<String> lines = Files.lines(ROWS)) {
        return lines
            .filter(line -> line.indexOf('|') > 0 && !line.startsWith("#"))
            .map(line -> line.split("\\|", 2))
            .map(halves -> new Row(halves[0].strip(), halves[1].strip()))
            .toList();
      }
    }

    byte[] bytes(Bare peer) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      for (String frame : sent.split(" ", -1)) {
        out.writeBytes(
            peer.frame(Integer.parseInt(frame.substring(0, 2), 16), payload(frame.substring(3))));
      }
      return out.toByteArray();
    }

    List<String> answers() {
      return Arrays.asList(answered.split(" (?=[0-9a-f]{2}:|echo|close)", -1));
    }

    static byte[] payload(String text) {
      if (text.startsWith("#")) {
        return HexFormat.of().parseHex(text.substring(1));
      }
      int star = text.indexOf('*');
      String plain =
          star < 0
              ? text
              : text.substring(star + 1).repeat(Integer.parseInt(text.substring(0, star)));
      return plain.getBytes(StandardCharsets.UTF_8);
    }
  }

  @ParameterizedTest
  @EnumSource(Echo.class)
  void whatCameWholeIsAnsweredBeforeTheEnd(Echo echo) throws Exception {
    List<String> wrong = new ArrayList<>();
    RawEndpoint endpoint =
        RawEndpoint.create()
            .onText((peer, text) -> peer.send(text))
            .onBinary((peer, bytes) -> peer.send(bytes));
    if (echo == Echo.ENDPOINT_ON_THE_LOOP) {
      endpoint.handlersOnEventLoop();
    }
    try (Server server = Server.builder().port(0).endpoint("/raw", endpoint).start();
        ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      listening.setSoTimeout(20_000);
      for (Row row : Row.all()) {
        String failure =
            echo.name().startsWith("ENDPOINT")
                ? server(row, server.port())
                : client(row, listening, echo == Echo.CLIENT_THAT_BLOCKS);
        if (failure != null) {
          wrong.add(row + ": " + failure);
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  private static @Nullable String server(Row row, int port) {
    try (Bare peer = Bare.client(port, "/raw")) {
      peer.send(row.bytes(peer));
      return answered(row, peer);
    }
  }

  private static @Nullable String client(Row row, ServerSocket listening, boolean blocks) {
    String uri = "ws://127.0.0.1:" + listening.getLocalPort() + "/";
    RawClient client =
        Client.raw().reconnect(Reconnect.never()).maxMessageBytes(1 << 20).build(uri);
    client.onText(text -> {
      if (blocks) {
        client.send(text);
      } else {
        var unused = client.sendAsync(text);
      }
    });
    client.onBinary(bytes -> {
      if (blocks) {
        client.send(bytes);
      } else {
        var unused = client.sendAsync(bytes);
      }
    });
    var unused = client.connectAsync();
    try (Bare peer = Bare.server(listening)) {
      peer.send(row.bytes(peer));
      return answered(row, peer);
    } finally {
      client.forceClose();
    }
  }

  /** Null, or what is wrong. Pongs may overtake messages. */
  private static @Nullable String answered(Row row, Bare peer) {
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
      Bare.Frame frame = peer.read();
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
    return answer.substring(0, 3) + HexFormat.of().formatHex(Row.payload(answer.substring(3)));
  }

  private static @Nullable String ended(
      Bare peer, Bare.Frame close, List<String> owed, String end) {
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
