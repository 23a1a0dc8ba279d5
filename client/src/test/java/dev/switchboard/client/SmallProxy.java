package dev.switchboard.client;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A proxy of either kind that only does what these tests need. */
final class SmallProxy implements AutoCloseable {
  final List<String> asked = new CopyOnWriteArrayList<>();
  private final ServerSocket server;
  private final boolean socks;
  private final String login;
  private final List<Socket> open = new CopyOnWriteArrayList<>();

  /** {@code login} is {@code user:password}, or empty. */
  SmallProxy(boolean socks, String login) throws IOException {
    this.socks = socks;
    this.login = login;
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread unused = Thread.startVirtualThread(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = server.accept();
        open.add(client);
        Thread unused = Thread.startVirtualThread(() -> serve(client));
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  private void serve(Socket client) {
    try (client) {
      DataInputStream in = new DataInputStream(client.getInputStream());
      String target = socks ? socks(in, client.getOutputStream()) : http(in, client);
      if (target.isEmpty()) {
        return;
      }
      asked.add(target);
      int colon = target.lastIndexOf(':');
      // Names of these tests are only known to the proxy.
      try (Socket there =
          new Socket(
              InetAddress.getLoopbackAddress(), Integer.parseInt(target.substring(colon + 1)))) {
        client.getOutputStream().write(granted());
        Thread unused = Thread.startVirtualThread(() -> copy(there, client));
        in.transferTo(there.getOutputStream());
      }
    } catch (IOException ended) {
      // One of both has gone.
    }
  }

  private static void copy(Socket from, Socket to) {
    try (InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      in.transferTo(out);
    } catch (IOException ended) {
      // One of both has gone.
    }
  }

  private byte[] granted() {
    return socks
        ? new byte[] {5, 0, 0, 1, 127, 0, 0, 1, 0, 0}
        : "HTTP/1.1 200 Connected\r\nVia: test\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  }

  private String http(InputStream in, Socket client) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) in.read());
    }
    String expected =
        java.util.Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
    if (!login.isEmpty() && head.indexOf("Proxy-Authorization: Basic " + expected) < 0) {
      client
          .getOutputStream()
          .write(
              "HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      return "";
    }
    return head.substring("CONNECT ".length(), head.indexOf(" HTTP"));
  }

  private String socks(DataInputStream in, OutputStream out) throws IOException {
    in.readByte();
    byte[] methods = in.readNBytes(in.readUnsignedByte());
    int wanted = login.isEmpty() ? 0 : 2;
    if (new String(methods, StandardCharsets.ISO_8859_1).indexOf(wanted) < 0) {
      out.write(new byte[] {5, -1});
      return "";
    }
    out.write(new byte[] {5, (byte) wanted});
    if (wanted == 2) {
      in.readByte();
      String user = new String(in.readNBytes(in.readUnsignedByte()), StandardCharsets.UTF_8);
      String secret = new String(in.readNBytes(in.readUnsignedByte()), StandardCharsets.UTF_8);
      boolean right = login.equals(user + ":" + secret);
      out.write(new byte[] {1, (byte) (right ? 0 : 1)});
      if (!right) {
        return "";
      }
    }
    in.readNBytes(3);
    int kind = in.readByte();
    String host =
        kind == 3
            ? new String(in.readNBytes(in.readUnsignedByte()), StandardCharsets.UTF_8)
            : InetAddress.getByAddress(in.readNBytes(kind == 1 ? 4 : 16)).getHostAddress();
    return host + ":" + in.readUnsignedShort();
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket one : open) {
      one.close();
    }
  }
}
