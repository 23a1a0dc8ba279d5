package dev.switchboard.client;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * The other side of a WebSocket as nothing but a blocking socket, which sends what it is told to,
 * allowed or not. Not thread-safe.
 */
final class Bare implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 20_000;

  private final Socket socket;
  private final boolean client;
  private final DataInputStream in;

  /** A frame: its first byte and its payload, unmasked. */
  record Frame(int first, byte[] payload) {
    int opcode() {
      return first & 0x0f;
    }

    boolean last() {
      return (first & 0x80) != 0;
    }

    boolean compressed() {
      return (first & 0x40) != 0;
    }

    /** Of a close frame. */
    int code() {
      return payload.length < 2 ? 1005 : (payload[0] & 0xff) << 8 | (payload[1] & 0xff);
    }
  }

  private Bare(Socket socket, boolean client) {
    this.socket = socket;
    this.client = client;
    try {
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.setTcpNoDelay(true);
      in = new DataInputStream(socket.getInputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A client of a server of ours. */
  static Bare client(int port, String path, String... headers) {
    try {
      Bare bare = new Bare(new Socket(InetAddress.getLoopbackAddress(), port), true);
      String more = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
      bare.send(
          bytes(
              "GET %s HTTP/1.1\r\nHost: test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s\r\n"
                  .formatted(path, more)));
      String head = bare.head();
      if (!head.startsWith("HTTP/1.1 101")) {
        throw new AssertionError(head);
      }
      return bare;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The server of a client of ours that connects. */
  static Bare server(ServerSocket listening, String... headers) {
    try {
      Bare bare = new Bare(listening.accept(), false);
      String head = bare.head();
      int at = head.indexOf("Sec-WebSocket-Key: ") + 19;
      String key = head.substring(at, head.indexOf("\r\n", at));
      byte[] sha1 =
          MessageDigest.getInstance("SHA-1")
              .digest(bytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
      String more = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
      bare.send(
          bytes(
              "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n%s\r\n"
                  .formatted(Base64.getEncoder().encodeToString(sha1), more)));
      return bare;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private String head() throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
      head.append((char) in.readUnsignedByte());
    }
    return head.toString();
  }

  Bare send(byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A frame as this side must send it, with a minimal length. */
  byte[] frame(int first, byte[] payload) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(payload.length + 14);
    int mask = client ? 0x80 : 0;
    int length = payload.length;
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
    if (client) {
      out.writeBytes(new byte[4]);
    }
    out.writeBytes(payload);
    return out.toByteArray();
  }

  byte[] frame(int first, String payload) {
    return frame(first, bytes(payload));
  }

  /** The next frame. */
  Frame read() {
    try {
      int first = in.readUnsignedByte();
      int second = in.readUnsignedByte();
      int seven = second & 0x7f;
      long length = seven == 126 ? in.readUnsignedShort() : seven == 127 ? in.readLong() : seven;
      byte[] key = new byte[4];
      if (second > 127) {
        in.readFully(key);
      }
      byte[] payload = new byte[(int) length];
      in.readFully(payload);
      for (int i = 0; i < payload.length; i++) {
        payload[i] ^= key[i & 3];
      }
      return new Frame(first, payload);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void shutdownOutput() {
    try {
      socket.shutdownOutput();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether the other side ends the stream, next and properly. */
  boolean ended() {
    try {
      return in.read() < 0;
    } catch (IOException e) {
      return false;
    }
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
