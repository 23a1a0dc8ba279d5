package dev.switchboard.transport;

import io.netty.handler.ssl.SslContext;
import java.net.InetSocketAddress;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where a server listens, and its limits for clients. Immutable.
 *
 * @param host address to bind; {@code 0.0.0.0} by default
 * @param port 0–65535, 0 for any free port; 8080 by default
 * @param backlog connections the kernel queues until they are accepted; 1024 by default
 * @param maxConnections limit of open connections, WebSocket and HTTP together; beyond it 503.
 *     100,000 by default
 * @param http limits for HTTP requests
 * @param tls called for each new connection, so that certificates can be replaced at run time;
 *     null, the default, for plain text
 * @param proxyProtocol whether a connection from an address must begin with a PROXY protocol
 *     header, which names the client's address; called for each new connection. None must, by
 *     default
 */
public record ServerTransportOptions(
    String host,
    int port,
    int backlog,
    int maxConnections,
    HttpLimits http,
    @Nullable Supplier<SslContext> tls,
    Predicate<InetSocketAddress> proxyProtocol) {

  /** Checks the ranges. */
  public ServerTransportOptions {
    if (host.isBlank()) {
      throw new IllegalArgumentException(
          "host: blank (expected: an address or name of this machine)");
    }
    Checks.range("port", port, 0, 65_535);
    Checks.range("backlog", backlog, 1, 65_535);
    Checks.range("maxConnections", maxConnections, 1, Integer.MAX_VALUE);
  }

  /** Returns a builder with the default values. */
  public static Builder builder() {
    return new Builder();
  }

  /** Builds options. Not thread-safe. */
  public static final class Builder {
    // The options: each is set by the method of its name and read by build.
    private String host = "0.0.0.0";
    private int port = 8080;
    private int backlog = 1024;
    private int maxConnections = 100_000;
    private HttpLimits http = HttpLimits.DEFAULT;
    private @Nullable Supplier<SslContext> tls;
    private Predicate<InetSocketAddress> proxyProtocol = address -> false;

    private Builder() {}

    /** Sets {@link ServerTransportOptions#host}. */
    public Builder host(String address) {
      this.host = address;
      return this;
    }

    /** Sets {@link ServerTransportOptions#port}. */
    public Builder port(int number) {
      this.port = number;
      return this;
    }

    /** Sets {@link ServerTransportOptions#backlog}. */
    public Builder backlog(int connections) {
      this.backlog = connections;
      return this;
    }

    /** Sets {@link ServerTransportOptions#http}. */
    public Builder http(HttpLimits limits) {
      this.http = limits;
      return this;
    }

    /** Sets {@link ServerTransportOptions#maxConnections}. */
    public Builder maxConnections(int connections) {
      this.maxConnections = connections;
      return this;
    }

    /** Sets {@link ServerTransportOptions#tls}. */
    public Builder tls(@Nullable Supplier<SslContext> contexts) {
      this.tls = contexts;
      return this;
    }

    /** Sets {@link ServerTransportOptions#proxyProtocol}. */
    public Builder proxyProtocol(Predicate<InetSocketAddress> proxies) {
      this.proxyProtocol = proxies;
      return this;
    }

    /**
     * Returns the options.
     *
     * @throws IllegalArgumentException if a value is out of its range
     */
    public ServerTransportOptions build() {
      return new ServerTransportOptions(
          host, port, backlog, maxConnections, http, tls, proxyProtocol);
    }
  }
}
