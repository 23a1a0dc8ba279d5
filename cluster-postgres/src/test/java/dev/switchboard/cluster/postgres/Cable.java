package dev.switchboard.cluster.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A TCP proxy in front of the database that can be pulled out, or stall as a dead network does. */
final class Cable implements AutoCloseable {
  private static final Pattern DATABASE = Pattern.compile("//([^:/]+):(\\d+)/");

  private final String host;
  private final int port;
  private final String url;
  private final ServerSocket server;
  private final List<Socket> open = new CopyOnWriteArrayList<>();
  private boolean stalled; // nothing passes; guarded by this
  private volatile boolean out; // new connections are closed at once

  Cable(String databaseUrl) {
    Matcher found = DATABASE.matcher(databaseUrl);
    if (!found.find()) {
      throw new IllegalArgumentException(databaseUrl);
    }
    host = found.group(1);
    port = Integer.parseInt(found.group(2));
    try {
      server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    url = found.replaceFirst("//127.0.0.1:" + server.getLocalPort() + "/");
    Thread unused = Thread.startVirtualThread(this::accept);
  }

  /** Returns the URL that leads through this cable. */
  String url() {
    return url;
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        if (out) {
          client.close();
        } else {
          Socket database = new Socket(host, port);
          open.add(client);
          open.add(database);
          Thread unused = Thread.startVirtualThread(() -> copy(client, database));
          Thread unusedToo = Thread.startVirtualThread(() -> copy(database, client));
        }
      } catch (IOException closed) {
        // The database is starting, or the test is over.
      }
    }
  }

  private void copy(Socket from, Socket to) {
    byte[] bytes = new byte[8_192];
    try (from;
        to;
        InputStream in = from.getInputStream();
        OutputStream sink = to.getOutputStream()) {
      int read = in.read(bytes);
      while (read >= 0) {
        awaitFlow();
        sink.write(bytes, 0, read);
        read = in.read(bytes);
      }
    } catch (IOException | InterruptedException cut) {
      // Both ends are closed.
    }
  }

  private synchronized void awaitFlow() throws InterruptedException {
    while (stalled) {
      wait();
    }
  }

  /** Whatever is sent from now on, in either direction, is held back. */
  synchronized void stall() {
    stalled = true;
  }

  /** Lets everything pass again. */
  synchronized void flow() {
    stalled = false;
    out = false;
    notifyAll();
  }

  /** Ends all connections, and refuses new ones until {@link #flow}. */
  void pull() throws IOException {
    out = true;
    for (Socket socket : open) {
      socket.close();
    }
    open.clear();
  }

  @Override
  public void close() {
    try {
      server.close();
      pull();
      flow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
