package dev.switchboard.transport;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * A peer that is nothing but a socket, a client's unless said otherwise: it can break every rule.
 */
final class Raw implements AutoCloseable {
  static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

  private final Socket socket;
  private final boolean client;
  private final DataInputStream in;

  Raw(InetSocketAddress address) {
    this(connected(address), true);
  }

  /** A peer on an open socket; a client masks its frames, a server expects them to be. */
  Raw(Socket socket, boolean client) {
    this.socket = socket;
    this.client = client;
    try {
      socket.setSoTimeout(10_000);
      socket.setTcpNoDelay(true);
      in = new DataInputStream(socket.getInputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Socket connected(InetSocketAddress address) {
    try {
      Socket socket = new Socket();
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), address.getPort()), 5000);
      return socket;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Connects and upgrades. */
  static Raw webSocket(InetSocketAddress address, String path) {
    Raw raw = new Raw(address);
    raw.send(handshake(path));
    String head = raw.head();
    if (!head.startsWith("HTTP/1.1 101")) {
      throw new AssertionError(head);
    }
    return raw;
  }

  static String handshake(String path, String... more) {
    StringBuilder head =
        new StringBuilder(
            "GET "
                + path
                + " HTTP/1.1\r\nHost: test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n");
    head.append("Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ").append(KEY).append("\r\n");
    for (String line : more) {
      head.append(line).append("\r\n");
    }
    return head.append("\r\n").toString();
  }

  Raw send(String text) {
    return send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  Raw send(byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends a frame as this side must, with a minimal length. */
  Raw frame(int first, byte[] payload) {
    return send(framed(first, payload));
  }

  /** A frame as this side must send it. */
  byte[] framed(int first, byte[] payload) {
    return client ? masked(first, payload) : unmasked(first, payload);
  }

  Raw frame(int first, String payload) {
    return frame(first, payload.getBytes(StandardCharsets.UTF_8));
  }

  static byte[] masked(int first, byte[] payload) {
    byte[] key = {0x12, (byte) 0xF3, 0x55, (byte) 0x9C};
    ByteArrayOutputStream out = header(first, 0x80, payload.length);
    out.writeBytes(key);
    byte[] masked = payload.clone();
    for (int i = 0; i < payload.length; i++) {
      masked[i] ^= key[i & 3];
    }
    out.writeBytes(masked);
    return out.toByteArray();
  }

  static byte[] unmasked(int first, byte[] payload) {
    ByteArrayOutputStream out = header(first, 0, payload.length);
    out.writeBytes(payload);
    return out.toByteArray();
  }

  private static ByteArrayOutputStream header(int first, int mask, int length) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(length + 14);
    out.write(first);
    if (length <= 125) {
      out.write(mask | length);
    } else if (length <= 0xffff) {
      out.write(mask | 126);
      out.write(length >> 8);
      out.write(length);
    } else {
      out.write(mask | 127);
      for (int shift = 56; shift >= 0; shift -= 8) {
        out.write((int) ((long) length >> shift));
      }
    }
    return out;
  }

  /** Reads a response's head. */
  String head() {
    try {
      StringBuilder head = new StringBuilder();
      while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
        int one = in.read();
        if (one < 0) {
          return head + "<end>";
        }
        head.append((char) one);
      }
      return head.toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads a response: its head and a body of the length it says. */
  String response() {
    String head = head();
    int at = head.indexOf("Content-Length: ");
    int length = at < 0 ? 0 : Integer.parseInt(head.substring(at + 16, head.indexOf("\r\n", at)));
    return head + new String(bytes(length), StandardCharsets.UTF_8);
  }

  byte[] bytes(int count) {
    try {
      byte[] bytes = new byte[count];
      in.readFully(bytes);
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A received frame. */
  record Frame(int first, byte[] payload) {
    String text() {
      return new String(payload, StandardCharsets.UTF_8);
    }

    int code() {
      return payload.length < 2 ? 1005 : (payload[0] & 0xff) << 8 | (payload[1] & 0xff);
    }

    @Override
    public String toString() {
      String hex = HexFormat.of().formatHex(payload, 0, Math.min(payload.length, 16));
      return Integer.toHexString(first) + ":" + payload.length + ":" + hex;
    }
  }

  /** Reads one frame. */
  Frame read() {
    try {
      int first = in.read();
      if (first < 0) {
        throw new AssertionError("a frame was expected, but the stream has ended");
      }
      int second = in.readUnsignedByte();
      if (second > 127 == client) {
        throw new AssertionError(client ? "server masked a frame" : "client did not mask a frame");
      }
      int seven = second & 0x7f;
      long length = seven == 126 ? in.readUnsignedShort() : seven == 127 ? in.readLong() : seven;
      byte[] key = client ? new byte[4] : bytes(4);
      byte[] payload = bytes((int) length);
      for (int i = 0; !client && i < payload.length; i++) {
        payload[i] ^= key[i & 3];
      }
      return new Frame(first, payload);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether the peer ends the stream, next and properly. */
  boolean ended() {
    try {
      return in.read() < 0;
    } catch (IOException e) {
      return false;
    }
  }

  void shutdownOutput() {
    try {
      socket.shutdownOutput();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends with a reset. */
  void reset() {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Socket socket() {
    return socket;
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
