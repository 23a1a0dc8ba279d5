package dev.switchboard.cli;

import dev.switchboard.transport.BindException;
import dev.switchboard.transport.Deflate;
import dev.switchboard.transport.IoKind;
import dev.switchboard.transport.Loops;
import dev.switchboard.transport.ServerTransport;
import dev.switchboard.transport.ServerTransportOptions;
import dev.switchboard.transport.WebSocketOptions;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A server without the typed layer: what the transport alone costs. */
@Command(
    name = "serve",
    description =
        "Serves /echo, which sends back what it gets, and /fanout, which sends it to everyone there.",
    mixinStandardHelpOptions = true)
final class BenchServe implements Callable<Integer> {
  @Option(
      names = "--host",
      defaultValue = "127.0.0.1",
      description = "Address to listen on (default: ${DEFAULT-VALUE}).")
  private String host = "";

  @Option(
      names = "--port",
      defaultValue = "8080",
      description = "Port to listen on; 0 takes a free one (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(names = "--deflate", description = "Accept permessage-deflate.")
  private boolean deflate;

  @Option(
      names = "--max-message",
      paramLabel = "BYTES",
      defaultValue = "16777216",
      description =
          "Longest frame and message; a longer one is refused with 1009 (default: ${DEFAULT-VALUE}).")
  private int maxMessage;

  @Option(
      names = "--transport",
      paramLabel = "KIND",
      description = "epoll, io_uring or nio (default: epoll where there is one).")
  private String transport = IoKind.best().name();

  @Option(
      names = "--loops",
      defaultValue = "1",
      description = "Event loops (default: ${DEFAULT-VALUE}).")
  private int loops;

  @Override
  public Integer call() throws InterruptedException {
    try {
      var options =
          WebSocketOptions.builder()
              .maxFrameBytes(maxMessage)
              .maxMessageBytes(maxMessage)
              .maxPendingBytes(64 << 20)
              .deflate(deflate ? Deflate.DEFAULT : null)
              .build();
      ServerTransport server =
          ServerTransport.bind(
              ServerTransportOptions.builder().host(host).port(port).backlog(4096).build(),
              Loops.of(kind(), loops),
              new RawEndpoints(options));
      System.out.println("listening on http://" + host + ":" + server.localAddress().getPort());
      System.out.flush();
    } catch (IllegalArgumentException | BindException wrong) {
      throw new Switchboard.Failure(String.valueOf(wrong.getMessage()));
    }
    new CountDownLatch(1).await(); // until a signal ends the process
    return 0;
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
