package dev.switchboard.peers;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;

/**
 * One side of a WebSocket on a plain blocking socket, the client unless stated otherwise. It sends
 * whatever it is told to, valid or not. Not thread-safe.
 */
public final class BarePeer implements AutoCloseable {
  public static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";
  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int PATIENCE_MILLIS = 20_000;

  private final Socket socket;
  private final boolean client;
  private final DataInputStream in;

  /** Connects a client, which sends nothing yet. */
  public BarePeer(int port) {
    this(connected(port), true);
  }

  /** Creates a peer on an open socket. A client masks its frames; a server expects masked ones. */
  public BarePeer(Socket socket, boolean client) {
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

  private static Socket connected(int port) {
    try {
      Socket socket = new Socket();
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5000);
      return socket;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Connects a client and upgrades. */
  public static BarePeer webSocket(int port, String path, String... headers) {
    BarePeer peer = new BarePeer(port);
    peer.send(handshake(path, headers));
    String head = peer.head();
    if (!head.startsWith("HTTP/1.1 101")) {
      throw new AssertionError(head);
    }
    return peer;
  }

  /** Accepts the next connection as a server and completes the handshake. */
  public static BarePeer accept(ServerSocket listening, String... headers) {
    try {
      BarePeer peer = new BarePeer(listening.accept(), false);
      return peer.send(answer(peer.head(), headers));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the valid response to a handshake. */
  public static String answer(String head, String... more) {
    StringBuilder answer =
        new StringBuilder(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n");
    answer.append("Sec-WebSocket-Accept: ").append(acceptOf(head)).append("\r\n");
    for (String line : more) {
      answer.append(line).append("\r\n");
    }
    return answer.append("\r\n").toString();
  }

  /** Returns the {@code Sec-WebSocket-Accept} for a handshake's key. */
  public static String acceptOf(String head) {
    int at = head.indexOf("Sec-WebSocket-Key: ") + 19;
    String key = head.substring(at, head.indexOf("\r\n", at));
    try {
      byte[] sha1 =
          MessageDigest.getInstance("SHA-1")
              .digest((key + GUID).getBytes(StandardCharsets.US_ASCII));
      return Base64.getEncoder().encodeToString(sha1);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /** Returns an upgrade request. */
  public static String handshake(String path, String... more) {
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

  public BarePeer send(String text) {
    return send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  public BarePeer send(byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends a frame with the masking that this side must use and the shortest length. */
  public BarePeer frame(int first, byte[] payload) {
    return send(framed(first, payload));
  }

  /** Returns a frame with the masking that this side must use. */
  public byte[] framed(int first, byte[] payload) {
    return client ? masked(first, payload) : unmasked(first, payload);
  }

  public BarePeer frame(int first, String payload) {
    return frame(first, payload.getBytes(StandardCharsets.UTF_8));
  }

  public static byte[] masked(int first, byte[] payload) {
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

  public static byte[] unmasked(int first, byte[] payload) {
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

  /** Reads the head of a request or response. */
  public String head() {
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

  /** Reads a response: its head, and a body of the length it states. */
  public String response() {
    String head = head();
    int at = head.indexOf("Content-Length: ");
    int length = at < 0 ? 0 : Integer.parseInt(head.substring(at + 16, head.indexOf("\r\n", at)));
    return head + new String(bytes(length), StandardCharsets.UTF_8);
  }

  public byte[] bytes(int count) {
    try {
      byte[] bytes = new byte[count];
      in.readFully(bytes);
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A received frame: its first byte, and its unmasked payload. */
  public record Frame(int first, byte[] payload) {
    public int opcode() {
      return first & 0x0f;
    }

    public boolean last() {
      return (first & 0x80) != 0;
    }

    public boolean compressed() {
      return (first & 0x40) != 0;
    }

    public String text() {
      return new String(payload, StandardCharsets.UTF_8);
    }

    /** Returns the code of a close frame; 1005 if it has none. */
    public int code() {
      return payload.length < 2 ? 1005 : (payload[0] & 0xff) << 8 | (payload[1] & 0xff);
    }

    @Override
    public String toString() {
      String hex = HexFormat.of().formatHex(payload, 0, Math.min(payload.length, 16));
      return Integer.toHexString(first) + ":" + payload.length + ":" + hex;
    }
  }

  /**
   * Reads the frames of a message, with none in between, as one frame. Only the first may have RSV1
   * set.
   */
  public Frame message() {
    Frame frame = read();
    int first = frame.first() | 0x80;
    ByteArrayOutputStream payload = new ByteArrayOutputStream();
    payload.writeBytes(frame.payload());
    while (!frame.last()) {
      frame = read();
      if ((frame.first() & 0x7f) != 0) {
        throw new AssertionError("a continuation without RSV1 was expected, not " + frame);
      }
      payload.writeBytes(frame.payload());
    }
    return new Frame(first, payload.toByteArray());
  }

  /** Reads one frame. */
  public Frame read() {
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

  /** Whether the stream ends next, without an error. */
  public boolean ended() {
    try {
      return in.read() < 0;
    } catch (IOException e) {
      return false;
    }
  }

  public void shutdownOutput() {
    try {
      socket.shutdownOutput();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Closes the socket with a reset. */
  public void reset() {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Socket socket() {
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
