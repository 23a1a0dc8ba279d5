package dev.switchboard.transport;

import java.net.InetSocketAddress;

/** A listening server. Thread-safe. */
public final class ServerTransport implements AutoCloseable {
  private final InetSocketAddress localAddress;

  private ServerTransport(InetSocketAddress localAddress) {
    this.localAddress = localAddress;
  }

  /**
   * Binds and starts accepting; blocks until the port is bound.
   *
   * @throws BindException if the port is in use or the address is not this machine's
   */
  public static ServerTransport bind(
      ServerTransportOptions options, Loops loops, HttpHandler handler) {
    if (options.port() >= 0) {
      throw new UnsupportedOperationException("to come");
    }
    return new ServerTransport(new InetSocketAddress(0));
  }

  /** Where it listens; tells the port if 0 was asked for. */
  public InetSocketAddress localAddress() {
    return localAddress;
  }

  /** Connections of every kind now open. */
  public int connections() {
    return 0;
  }

  /** Takes no new connections; those there are live on. */
  public void stopAccepting() {}

  /**
   * Stops accepting and ends every connection at once; the loops stay. Waits up to 5 s, unless
   * called on a loop.
   */
  @Override
  public void close() {}
}
