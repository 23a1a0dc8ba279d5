package dev.switchboard.testkit;

import dev.switchboard.protocol.format.Json;
import dev.switchboard.protocol.wire.TranscriptNames;
import dev.switchboard.transport.Upgrade;
import dev.switchboard.transport.WebSocket;
import dev.switchboard.transport.WebSocketListener;
import dev.switchboard.transport.WebSocketOptions;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One connection of a scripted peer: what its client has sent, in order, and what is sent to it.
 */
final class ScriptLine implements WebSocketListener {
  private final CompletableFuture<WebSocket> socket = new CompletableFuture<>();
  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

  Upgrade upgrade() {
    return Upgrade.of(
            WebSocketOptions.builder().maxPendingBytes(1 << 30).build(),
            opened -> {
              socket.complete(opened);
              return this;
            })
        .withSubprotocol("switchboard.v1.json");
  }

  static boolean isJson(String text) {
    return text.startsWith("{") || text.startsWith("[");
  }

  static JsonNode json(String text) {
    return Json.MAPPER.readTree(text);
  }

  @Override
  public void onText(ByteBuf view) {
    heard.add(view.toString(StandardCharsets.UTF_8));
  }

  @Override
  public void onPing(ByteBuf view) {
    heard.add("ping");
  }

  @Override
  public void onClose(int code, String reason, boolean clean) {
    heard.add(clean ? ("close " + code + " " + reason).strip() : "lost");
  }

  void act(Consumer<WebSocket> what) {
    WebSocket open = socket.orTimeout(Patience.DEFAULT.toMillis(), TimeUnit.MILLISECONDS).join();
    open.execute(() -> what.accept(open));
  }

  void say(String text) {
    if (text.equals("ping")) {
      act(open -> open.sendPing(new byte[0]));
    } else if (text.startsWith("close ")) {
      String[] words = text.split(" ", 3);
      act(open -> open.close(Integer.parseInt(words[1]), words.length > 2 ? words[2] : ""));
    } else {
      act(open -> open.sendText(text.getBytes(StandardCharsets.UTF_8)));
    }
  }

  /** Waits for the client's next message. Its pings count only if one is expected. */
  void expect(String expected, TranscriptNames names) {
    String actual = next();
    while (actual.equals("ping") && !expected.equals("ping")) {
      actual = next();
    }
    String difference =
        isJson(expected) && isJson(actual)
            ? names.difference(json(expected), json(actual))
            : expected.equals(actual) ? null : "(expected: " + expected + ")";
    if (difference != null) {
      throw new AssertionError("the client sent " + actual + "\n" + difference);
    }
  }

  private String next() {
    @Nullable String said;
    try {
      said = heard.poll(Patience.DEFAULT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", interrupted);
    }
    if (said == null) {
      throw new AssertionError(
          "the client sent nothing within " + Patience.DEFAULT.toSeconds() + " s");
    }
    return said;
  }
}
