package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** A person with a WebSocket tool: the JDK's client, typing JSON and reading what comes. */
final class Wire implements WebSocket.Listener, AutoCloseable {
  static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final long PATIENCE_SECONDS = 10;

  private final StringBuilder partial = new StringBuilder();
  private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
  private final List<JsonNode> early = new ArrayList<>(); // received, but not expected yet
  private final BlockingQueue<Boolean> pongs = new LinkedBlockingQueue<>();
  private final CompletableFuture<Integer> closed = new CompletableFuture<>();
  private final WebSocket webSocket;

  private Wire(String uri) {
    webSocket =
        HTTP.newWebSocketBuilder()
            .connectTimeout(Duration.ofSeconds(5))
            .buildAsync(URI.create(uri), this)
            .join();
  }

  static Wire open(int port, String pathAndQuery) {
    return new Wire("ws://127.0.0.1:" + port + pathAndQuery);
  }

  /** Connects as that user and reads the welcome. */
  static Wire welcomed(int port, String user) {
    Wire wire = open(port, "/ws?user=" + user);
    assertThat(wire.next().get("type").stringValue()).isEqualTo("welcome");
    return wire;
  }

  Wire say(String json) {
    webSocket.sendText(json, true).join();
    return this;
  }

  /** Says it, unless the server has closed the connection meanwhile. */
  void sayUnlessClosed(String json) {
    try {
      say(json);
    } catch (CompletionException notSent) {
      closeCode();
    }
  }

  /** The next message, within ten seconds. */
  JsonNode next() {
    try {
      String message = received.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      assertThat(message).as("a message within %s s", PATIENCE_SECONDS).isNotNull();
      return JSON.readTree(message);
    } catch (InterruptedException stopped) {
      throw new IllegalStateException(stopped);
    }
  }

  /** The next message like that; others stay, in their order. */
  JsonNode next(Predicate<JsonNode> expected) {
    for (JsonNode message : early) {
      if (expected.test(message)) {
        early.remove(message);
        return message;
      }
    }
    JsonNode message = next();
    while (!expected.test(message)) {
      early.add(message);
      message = next();
    }
    return message;
  }

  /** The next message of that type; others are skipped. */
  JsonNode next(String type) {
    JsonNode message = next();
    while (!message.get("type").stringValue().equals(type)) {
      message = next();
    }
    return message;
  }

  /** Says it and returns the answer to it; other messages are skipped. */
  JsonNode ask(String json) {
    JsonNode id = JSON.readTree(json).get("id");
    say(json);
    JsonNode message = next();
    while (!id.equals(message.get("re"))) {
      message = next();
    }
    return message;
  }

  /**
   * Proves that everything said so far has been dealt with on the server's loop, and that nothing
   * came for it.
   */
  void hearsNothing() {
    barrier();
    assertThat(received).isEmpty();
    assertThat(early).isEmpty();
  }

  /** Waits until the server has read everything said so far. */
  void barrier() {
    webSocket.sendPing(ByteBuffer.allocate(0)).join();
    try {
      assertThat(pongs.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).as("a pong").isNotNull();
    } catch (InterruptedException stopped) {
      throw new IllegalStateException(stopped);
    }
  }

  /** The code the server closed with. */
  int closeCode() {
    return closed.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
  }

  void close(int code) {
    webSocket.sendClose(code, "").join();
  }

  /** Ends without a close frame. */
  void lose() {
    barrier();
    webSocket.abort();
  }

  @Override
  public void close() {
    webSocket.abort();
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
    partial.append(data);
    if (last) {
      received.add(partial.toString());
      partial.setLength(0);
    }
    socket.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onPong(WebSocket socket, ByteBuffer message) {
    pongs.add(true);
    socket.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
    closed.complete(code);
    return null;
  }

  @Override
  public void onError(WebSocket socket, Throwable error) {
    closed.complete(1006);
  }
}
