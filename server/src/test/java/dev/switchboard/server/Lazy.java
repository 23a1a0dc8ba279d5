package dev.switchboard.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A client on a bare socket that reads only when told to. */
final class Lazy implements AutoCloseable {
  private final Socket socket = new Socket();
  private final DataInputStream in;
  private int closeCode;

  /** One on the typed endpoint at {@code /ws}. */
  Lazy(int port) {
    this(port, "/ws?user=lazy");
  }

  Lazy(int port, String target) {
    this(port, target, 16 << 10);
  }

  Lazy(int port, String target, int receiveBuffer) {
    try {
      socket.setReceiveBufferSize(receiveBuffer);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      socket.setSoTimeout(20_000);
      in = new DataInputStream(socket.getInputStream());
      String upgrade =
          """
          GET %s HTTP/1.1
          Host: localhost
          Upgrade: websocket
          Connection: Upgrade
          Sec-WebSocket-Version: 13
          Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==

          """
              .formatted(target)
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

  InputStream in() {
    return in;
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
    JsonNode message = nextOrClose();
    return Objects.requireNonNull(message, () -> "closed with " + closeCode);
  }

  /** Null if it was a close frame. */
  @Nullable JsonNode nextOrClose() throws IOException {
    int first = in.readUnsignedByte();
    byte[] payload = in.readNBytes((int) length());
    if (first == 0x88) {
      closeCode = (payload[0] & 0xff) << 8 | (payload[1] & 0xff);
      return null;
    }
    assertThat(first).as("a text frame, not %s", new String(payload, UTF_8)).isEqualTo(0x81);
    return Wire.JSON.readTree(payload);
  }

  /** The code of the close frame that came. */
  int closeCode() {
    return closeCode;
  }

  JsonNode next(String type) throws IOException {
    JsonNode message = next();
    while (!message.get("type").stringValue().equals(type)) {
      message = next();
    }
    return message;
  }

  /** Reads everything up to the close frame; its code. */
  int readToClose() throws IOException {
    int opcode = in.readUnsignedByte();
    while (opcode != 0x88) {
      in.skipNBytes(length());
      opcode = in.readUnsignedByte();
    }
    length();
    return in.readUnsignedShort();
  }

  private long length() throws IOException {
    int length = in.readUnsignedByte();
    return length == 126 ? in.readUnsignedShort() : length == 127 ? in.readLong() : length;
  }

  /** Ends its direction, as one does who has read a close frame. */
  void hangUp() throws IOException {
    socket.shutdownOutput();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
