package dev.switchboard.e2e;

/**
 * A process of the chat application that is one of several servers. Confined to one thread, except
 * for {@link #up}.
 */
final class ClusterNode implements AutoCloseable {
  private final Program program;
  private final int port;
  private volatile boolean up = true; // whether the balancer may lead to it

  /** Starts a server with the engine at a URL. */
  ClusterNode(String cluster) {
    program = Program.switchboard("serve", "--rate", "0", "--port", "0", "--cluster", cluster);
    port = program.port();
  }

  int port() {
    return port;
  }

  boolean up() {
    return up;
  }

  void kill() {
    up = false;
    program.kill();
  }

  @Override
  public void close() {
    program.close();
  }
}
