package dev.switchboard.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.spi.Retention;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * A member that stops reading costs a bounded amount of memory, delays nobody, and gets the rest
 * from the log when it reads again.
 */
@Tag("B10")
class SlowReaderTest {
  private static final int MESSAGES = 3_000;
  private static final String PADDING = "x".repeat(8_000);

  /** A client on a bare socket that reads only when told to. */
  private static final class Lazy implements AutoCloseable {
    private final Socket socket = new Socket();
    private final DataInputStream in;

    Lazy(int port) {
      try {
        socket.setReceiveBufferSize(16 << 10);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.setSoTimeout(20_000);
        in = new DataInputStream(socket.getInputStream());
        String upgrade =
            """
            GET /ws?user=lazy HTTP/1.1
            Host: localhost
            Upgrade: websocket
            Connection: Upgrade
            Sec-WebSocket-Version: 13
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==

            """
                .replace("\n", "\r\n");
        socket.getOutputStream().write(upgrade.getBytes(UTF_8));
        int matched = 0;
        while (matched < 4) {
          matched = in.readByte() == "\r\n\r\n".charAt(matched) ? matched + 1 : 0;
        }
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
    }

    void say(String json) throws IOException {
      byte[] payload = json.getBytes(UTF_8);
      byte[] frame = new byte[6 + payload.length]; // masked with zeros
      frame[0] = (byte) 0x81;
      frame[1] = (byte) (0x80 | payload.length);
      System.arraycopy(payload, 0, frame, 6, payload.length);
      socket.getOutputStream().write(frame);
    }

    JsonNode next() throws IOException {
      int first = in.readUnsignedByte();
      long length = in.readUnsignedByte();
      length = length == 126 ? in.readUnsignedShort() : length == 127 ? in.readLong() : length;
      byte[] payload = in.readNBytes((int) length);
      assertThat(first).as("a text frame, not %s", new String(payload, UTF_8)).isEqualTo(0x81);
      return Wire.JSON.readTree(payload);
    }

    JsonNode next(String type) throws IOException {
      JsonNode message = next();
      while (!message.get("type").stringValue().equals(type)) {
        message = next();
      }
      return message;
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private static Endpoint<Talk> endpoint(int kept) {
    return Talk.endpoint()
        .maxPendingBytes(256 << 10)
        .retention(new Retention(kept, Duration.ofHours(1)));
  }

  private static void publish(Endpoint<Talk> endpoint) {
    for (int i = 1; i <= MESSAGES; i++) {
      assertThat(endpoint.room("r").publish(new Talk.Said(PADDING + i))).isEqualTo(i);
    }
  }

  @Test
  void itGetsEverythingInTheEnd() throws IOException {
    Endpoint<Talk> endpoint = endpoint(MESSAGES);
    try (Server server = Server.builder().port(0).endpoint("/ws", endpoint).start();
        Wire ann = Wire.welcomed(server.port(), "ann");
        Lazy lazy = new Lazy(server.port())) {
      lazy.say("{\"type\":\"join_room\",\"room\":\"r\",\"id\":1}");
      lazy.next("room_joined");
      ann.ask("{\"type\":\"join_room\",\"room\":\"r\",\"id\":1}");
      publish(endpoint);
      for (int i = 1; i <= MESSAGES; i++) {
        assertThat(ann.next("chat").get("seq").intValue())
            .as("the others are not delayed")
            .isEqualTo(i);
      }
      for (int i = 1; i <= MESSAGES; i++) {
        JsonNode entry = lazy.next("chat");
        assertThat(entry.get("seq").intValue()).isEqualTo(i);
        assertThat(entry.get("data").get("message").stringValue()).isEqualTo(PADDING + i);
      }
      assertThat(endpoint.room("r").publish(new Talk.Said("live again"))).isEqualTo(MESSAGES + 1);
      assertThat(lazy.next("chat").get("data").get("message").stringValue())
          .isEqualTo("live again");
    }
  }

  @Test
  void whatIsNoLongerKeptEndsItWith4008AndNotWithAHole() throws IOException {
    Endpoint<Talk> endpoint = endpoint(10);
    try (Server server = Server.builder().port(0).endpoint("/ws", endpoint).start();
        Lazy lazy = new Lazy(server.port())) {
      lazy.say("{\"type\":\"join_room\",\"room\":\"r\",\"id\":1}");
      lazy.next("room_joined");
      publish(endpoint);
      int expected = 1;
      int opcode = lazy.in.readUnsignedByte();
      while (opcode == 0x81) {
        long length = lazy.in.readUnsignedByte();
        length = length == 126 ? lazy.in.readUnsignedShort() : length;
        JsonNode entry = Wire.JSON.readTree(lazy.in.readNBytes((int) length));
        if (entry.get("type").stringValue().equals("chat")) {
          assertThat(entry.get("seq").intValue()).isEqualTo(expected++);
        }
        opcode = lazy.in.readUnsignedByte();
      }
      assertThat(opcode).as("a close frame").isEqualTo(0x88);
      lazy.in.readUnsignedByte();
      assertThat(lazy.in.readUnsignedShort()).isEqualTo(4008);
      assertThat(expected).isLessThan(MESSAGES);
    }
  }

  @Test
  void aLogThatKeepsNothingStillDeliversToThoseWhoRead() {
    Endpoint<Talk> endpoint = endpoint(0);
    try (Server server = Server.builder().port(0).endpoint("/ws", endpoint).start();
        Wire ann = Wire.welcomed(server.port(), "ann")) {
      ann.ask("{\"type\":\"join_room\",\"room\":\"r\",\"id\":1}");
      for (int i = 1; i <= 100; i++) {
        endpoint.room("r").publish(new Talk.Said("m" + i));
      }
      for (int i = 1; i <= 100; i++) {
        assertThat(ann.next("chat").get("seq").intValue()).isEqualTo(i);
      }
      assertThat(
              List.of(
                  ann.ask("{\"type\":\"history\",\"room\":\"r\",\"id\":2}").get("messages").size()))
          .containsExactly(0);
    }
  }
}
