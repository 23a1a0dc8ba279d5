package dev.switchboard.cli;

import dev.switchboard.server.RawEndpoint;
import dev.switchboard.server.RawPeer;
import dev.switchboard.server.Server;
import dev.switchboard.transport.BindFailedException;
import dev.switchboard.transport.Deflate;
import dev.switchboard.transport.IoKind;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A server without the typed layer, for measuring raw endpoints. */
@Command(
    name = "serve",
    description =
        "Serves /echo, which returns each message, and /fanout, which sends it to everyone connected.",
    mixinStandardHelpOptions = true)
final class BenchServe implements Callable<Integer> {
  private static final int MAX_PENDING = 64 << 20;

  @Option(
      names = "--host",
      defaultValue = "127.0.0.1",
      description = "Address to listen on (default: ${DEFAULT-VALUE}).")
  private String host = "";

  @Option(
      names = "--port",
      defaultValue = "8080",
      description = "Port to listen on; 0 picks a free one (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(names = "--deflate", description = "Accept permessage-deflate.")
  private boolean deflate;

  @Option(
      names = "--max-message",
      paramLabel = "BYTES",
      defaultValue = "16777216",
      description =
          "Maximum size of a frame or message; a larger one closes the connection with 1009 (default: ${DEFAULT-VALUE}).")
  private int maxMessage;

  @Option(
      names = "--transport",
      paramLabel = "KIND",
      description = "epoll, io_uring or nio (default: epoll if available).")
  private String transport = IoKind.best().name();

  @Option(
      names = "--loops",
      defaultValue = "1",
      description = "Event loops (default: ${DEFAULT-VALUE}).")
  private int loops;

  @Override
  public Integer call() throws InterruptedException {
    try {
      RawEndpoint fanout = endpoint();
      Server server =
          Server.builder()
              .host(host)
              .port(port)
              .io(kind())
              .loops(loops)
              .endpoint("/echo", endpoint().onView(RawPeer::forward))
              .endpoint("/fanout", fanout.onView((peer, message) -> fanout.broadcast(message)))
              .start();
      System.out.println("listening on http://" + server.address());
      System.out.flush();
    } catch (IllegalArgumentException | BindFailedException wrong) {
      throw new Switchboard.Failure(String.valueOf(wrong.getMessage()));
    }
    new CountDownLatch(1).await(); // until a signal ends the process
    return 0;
  }

  private RawEndpoint endpoint() {
    RawEndpoint endpoint =
        RawEndpoint.create()
            .handlersOnEventLoop()
            .anyRate()
            .maxMessageBytes(maxMessage)
            .maxPendingBytes(MAX_PENDING);
    return deflate ? endpoint.deflate(Deflate.DEFAULT) : endpoint;
  }

  private IoKind kind() {
    for (IoKind kind : IoKind.values()) {
      if (kind.name().equals(transport.toUpperCase(Locale.ROOT))) {
        return kind;
      }
    }
    throw new Switchboard.Failure(
        "--transport: " + transport + " (expected: epoll, io_uring or nio)");
  }
}
