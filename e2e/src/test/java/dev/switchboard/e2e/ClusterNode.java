package dev.switchboard.e2e;

import dev.switchboard.peers.TcpProxy;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/**
 * A process of the chat application that is one of several servers, with its own network to what
 * they share. Thread-safe, except that one thread at a time may kill, start and close it.
 */
final class ClusterNode implements AutoCloseable {
  private final TcpProxy network;
  private final String cluster;
  private volatile Program program; // the last one that was started
  private volatile boolean up = true; // whether it runs, as far as a balancer can tell

  /** Starts a server with the engine at a URL. */
  ClusterNode(String url) {
    network = TcpProxy.toDatabase(url);
    cluster = network.through(url);
    program = launch();
  }

  private Program launch() {
    return Program.switchboard("serve", "--rate", "0", "--port", "0", "--cluster", cluster);
  }

  /** Waits until it listens. Returns the port, which is another one after {@link #restart}. */
  int port() {
    return program.port();
  }

  boolean up() {
    return up;
  }

  /** Whether it says of itself that clients should be sent to it. */
  boolean ready() {
    URI readiness = URI.create("http://127.0.0.1:" + port() + "/readyz");
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(readiness).timeout(Duration.ofSeconds(1)).build();
      return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException | InterruptedException dead) {
      return false;
    }
  }

  /** Returns its network to the engine. */
  TcpProxy network() {
    return network;
  }

  void kill() {
    up = false;
    program.kill();
  }

  /** Starts it again after {@link #kill}, and waits until it listens. */
  void restart() {
    program = launch();
    int unused = port();
    up = true;
  }

  /** Stops it from doing anything, without its connections ending. */
  void pause() {
    program.signal("STOP");
    up = false;
  }

  /** Lets it go on after {@link #pause}. */
  void resume() {
    program.signal("CONT");
    up = true;
  }

  @Override
  public void close() {
    program.close();
    network.close();
  }
}
