package dev.switchboard.server;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.JsonNode;

/**
 * A client that is nothing but a blocking socket, so that it can end in every way there is. Not
 * thread-safe.
 */
final class Stranger implements AutoCloseable {
  static final int FIN = 0x80;
  static final int TEXT = 1;
  static final int CLOSE = 8;
  private static final int PATIENCE_MILLIS = 20_000;

  private final Socket socket = new Socket();
  private final DataInputStream in;

  /** Connects from an address of its own, 127.0.0.2 and up, as one has ports for some thousands. */
  Stranger(int port, int number) throws IOException {
    socket.bind(new InetSocketAddress(InetAddress.getByName("127.0.0." + (2 + number % 200)), 0));
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.setTcpNoDelay(true);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
    in = new DataInputStream(socket.getInputStream());
  }

  static byte[] handshake(String target) {
    return """
    GET %s HTTP/1.1\r
    Host: test\r
    Upgrade: websocket\r
    Connection: Upgrade\r
    Sec-WebSocket-Version: 13\r
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
    \r
    """
        .formatted(target)
        .getBytes(StandardCharsets.US_ASCII);
  }

  void send(byte[] bytes, int length) throws IOException {
    socket.getOutputStream().write(bytes, 0, length);
  }

  void send(byte[] bytes) throws IOException {
    send(bytes, bytes.length);
  }

  /** Upgrades. */
  void open(String target) throws IOException {
    send(handshake(target));
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
      head.write(in.readUnsignedByte());
    }
    if (!head.toString(StandardCharsets.US_ASCII).startsWith("HTTP/1.1 101")) {
      throw new IOException(head.toString(StandardCharsets.US_ASCII));
    }
  }

  /** A frame of at most 65,535 bytes, masked with zeros. */
  static byte[] frame(int opcode, byte[] payload) {
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    frame.write(opcode);
    if (payload.length < 126) {
      frame.write(0x80 | payload.length);
    } else {
      frame.write(0x80 | 126);
      frame.write(payload.length >> 8);
      frame.write(payload.length);
    }
    frame.writeBytes(new byte[4]);
    frame.writeBytes(payload);
    return frame.toByteArray();
  }

  void say(String text) throws IOException {
    send(frame(FIN | TEXT, text.getBytes(StandardCharsets.UTF_8)));
  }

  /** The next text; pings go by. */
  String hear() throws IOException {
    while (true) {
      int opcode = in.readUnsignedByte() & 0x0f;
      int length = in.readUnsignedByte();
      byte[] payload = new byte[length < 126 ? length : in.readUnsignedShort()];
      in.readFully(payload);
      if (opcode == CLOSE) {
        int code = payload.length < 2 ? 1005 : (payload[0] & 0xff) << 8 | (payload[1] & 0xff);
        throw new EOFException("closed by the server: " + code);
      }
      if (opcode == TEXT) {
        return new String(payload, StandardCharsets.UTF_8);
      }
    }
  }

  /** The next message of that type. */
  JsonNode hear(String type) throws IOException {
    JsonNode message = Wire.JSON.readTree(hear());
    while (!message.get("type").stringValue().equals(type)) {
      message = Wire.JSON.readTree(hear());
    }
    return message;
  }

  /** Reads whatever has come; -1 if nothing more will. */
  int read(byte[] into) throws IOException {
    return in.read(into);
  }

  /** Reads until the server has ended its side. */
  void drain() throws IOException {
    while (in.skipBytes(8192) > 0 || in.read() >= 0) {
      // Whatever it is, it is late.
    }
  }

  /** Ends our side; the server's stays open. */
  void half() throws IOException {
    socket.shutdownOutput();
  }

  /** Ends with a reset instead of a FIN. */
  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
