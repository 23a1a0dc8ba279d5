package dev.switchboard.peers;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;

/**
 * A balancer or a network between two programs, which a test can turn to another server, cut, or
 * stall. Thread-safe.
 */
public final class TcpProxy implements AutoCloseable {
  private final ServerSocket accepting;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile IntSupplier target; // where a new connection leads to
  private volatile boolean cut; // whether nothing gets through
  private boolean stalled; // whether what is sent is held back; guarded by this

  /** Starts a proxy to a port of this machine. */
  public TcpProxy(int target) {
    this(() -> target);
  }

  /** Starts a balancer that asks for the port of each new connection. */
  public TcpProxy(IntSupplier target) {
    this.target = target;
    try {
      accepting = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  /** Starts a proxy to the database of a URL. */
  public static TcpProxy toDatabase(String url) {
    return new TcpProxy(port(url));
  }

  /** Returns the URL of the same database by way of this proxy. */
  public String through(String url) {
    return url.replace(":" + port(url) + "/", ":" + port() + "/");
  }

  private static int port(String url) {
    return URI.create(url.startsWith("jdbc:") ? url.substring("jdbc:".length()) : url).getPort();
  }

  /** Returns the port to connect to. */
  public int port() {
    return accepting.getLocalPort();
  }

  /** Leads new connections to another port, and ends those that are open. */
  public void turnTo(int port) {
    target = () -> port;
    endAll();
  }

  /** Ends all connections, and new ones at once, until {@link #heal}. */
  public void cut() {
    cut = true;
    endAll();
  }

  /** Holds back whatever is sent from now on, as a dead network does, until {@link #heal}. */
  public synchronized void stall() {
    stalled = true;
  }

  /** Lets everything through again. */
  public synchronized void heal() {
    cut = false;
    stalled = false;
    notifyAll();
  }

  private synchronized void awaitFlow() throws InterruptedException {
    while (stalled) {
      wait();
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket near = accepting.accept();
        open.add(near);
        if (cut) {
          end(near);
        } else {
          Thread.ofVirtual().start(() -> connect(near));
        }
      }
    } catch (IOException closed) {
      endAll();
    }
  }

  private void connect(Socket near) {
    try {
      Socket far = new Socket(InetAddress.getLoopbackAddress(), target.getAsInt());
      open.add(far);
      near.setTcpNoDelay(true);
      far.setTcpNoDelay(true);
      Thread.ofVirtual().start(() -> copy(near, far));
      copy(far, near);
    } catch (IOException refused) {
      end(near);
    }
  }

  private void copy(Socket from, Socket to) {
    try {
      if (cut) {
        throw new IOException("cut");
      }
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] bytes = new byte[16 << 10];
      for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
        awaitFlow();
        out.write(bytes, 0, read);
      }
    } catch (IOException | InterruptedException broken) {
      // the other side learns of it by the end below
    } finally {
      end(from);
      end(to);
    }
  }

  /** Ends the connections that are open. */
  public void endAll() {
    open.forEach(this::end);
  }

  private void end(Socket socket) {
    open.remove(socket);
    try {
      socket.close();
    } catch (IOException ignored) {
      // it is closed, whatever it says
    }
  }

  @Override
  public void close() {
    try {
      accepting.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    heal(); // whoever is stalled finds the end
    endAll();
  }
}
