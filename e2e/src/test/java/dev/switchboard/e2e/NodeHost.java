package dev.switchboard.e2e;

import dev.switchboard.e2e.Guest.Heard;
import java.net.URI;

/** npm ws as a server. */
final class NodeHost implements ForeignServersTest.Host {
  private final Program node =
      Program.of(
          "node",
          "src/test/node/host.mjs",
          Exchange.PING,
          Exchange.HOST_CLOSES.code() + " " + Exchange.HOST_CLOSES.reason(),
          Exchange.LONG.substring(0, Exchange.LONG.length() / 2_000));
  private final int port = node.port();

  @Override
  public URI uri() {
    return URI.create("ws://127.0.0.1:" + port + "/");
  }

  @Override
  public Heard.Closed closed() {
    String line = node.says("closed ");
    node.out().clear();
    return new Heard.Closed(Integer.parseInt(line.substring(7, 11)), line.substring(12));
  }

  @Override
  public void close() {
    node.close();
  }
}
