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

/** A client that is nothing but a socket: it can break every rule. */
final class Raw implements AutoCloseable {
  static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

  private final Socket socket;
  private final DataInputStream in;

  Raw(InetSocketAddress address) {
    try {
      socket = new Socket();
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), address.getPort()), 5000);
      socket.setSoTimeout(10_000);
      socket.setTcpNoDelay(true);
      in = new DataInputStream(socket.getInputStream());
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

  /** Sends a masked frame with a minimal length. */
  Raw frame(int first, byte[] payload) {
    return send(masked(first, payload));
  }

  Raw frame(int first, String payload) {
    return frame(first, payload.getBytes(StandardCharsets.UTF_8));
  }

  static byte[] masked(int first, byte[] payload) {
    byte[] key = {0x12, (byte) 0xF3, 0x55, (byte) 0x9C};
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(first);
    if (payload.length <= 125) {
      out.write(0x80 | payload.length);
    } else if (payload.length <= 0xffff) {
      out.write(0x80 | 126);
      out.write(payload.length >> 8);
      out.write(payload.length);
    } else {
      out.write(0x80 | 127);
      for (int shift = 56; shift >= 0; shift -= 8) {
        out.write((int) ((long) payload.length >> shift));
      }
    }
    out.writeBytes(key);
    for (int i = 0; i < payload.length; i++) {
      out.write(payload[i] ^ key[i & 3]);
    }
    return out.toByteArray();
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
      if (second > 127) {
        throw new AssertionError("server masked a frame");
      }
      long length = second == 126 ? in.readUnsignedShort() : second == 127 ? in.readLong() : second;
      return new Frame(first, bytes((int) length));
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
