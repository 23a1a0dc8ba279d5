package dev.switchboard.cluster.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A client that is typed by hand, over the JDK's WebSocket. */
final class ByHand implements AutoCloseable, WebSocket.Listener {
  private final HttpClient http = HttpClient.newHttpClient();
  private final WebSocket socket;
  private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
  private final CompletableFuture<Integer> closed = new CompletableFuture<>();
  private final StringBuilder message = new StringBuilder(); // its parts so far
  final String welcome;

  ByHand(int port, String user) throws Exception {
    URI address = URI.create("ws://127.0.0.1:" + port + "/ws?user=" + user);
    this.socket = http.newWebSocketBuilder().buildAsync(address, this).join();
    this.welcome = expect("welcome");
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
    message.append(part);
    if (last) {
      received.add(message.toString());
      message.setLength(0);
    }
    from.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
    closed.complete(code);
    return null;
  }

  void send(String text) {
    socket.sendText(text, true).join();
  }

  /** Asks to resume a session. Returns the answer. */
  String resume(String session, String secret) throws InterruptedException {
    send(
        "{\"type\":\"resume\",\"id\":1,\"session\":\"%s\",\"secret\":\"%s\",\"logs\":[]}"
            .formatted(session, secret));
    String answer = received.poll(20, TimeUnit.SECONDS);
    assertThat(answer).contains("\"re\":1");
    return answer;
  }

  /** Returns the next message, which must have this type. */
  String expect(String type) throws InterruptedException {
    String next = received.poll(20, TimeUnit.SECONDS);
    assertThat(next).contains("\"type\":\"" + type + '"');
    return next;
  }

  /** Returns a text of a message. */
  static String text(String message, String key) {
    Matcher found = Pattern.compile('"' + key + "\":\"([^\"]*)\"").matcher(message);
    assertThat(found.find()).as(key + " of " + message).isTrue();
    return found.group(1);
  }

  boolean open() {
    return !closed.isDone();
  }

  int closeCode() {
    return closed.orTimeout(20, TimeUnit.SECONDS).join();
  }

  @Override
  public void close() {
    socket.abort();
    http.close();
  }
}
