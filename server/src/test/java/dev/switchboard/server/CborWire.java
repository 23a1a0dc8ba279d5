package dev.switchboard.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.cbor.CBORMapper;

/** A connection that speaks CBOR: the JDK's client with Jackson. */
final class CborWire implements WebSocket.Listener, AutoCloseable {
  static final String NAME = "switchboard.v1.cbor";
  private static final CBORMapper CBOR = new CBORMapper();
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final ByteArrayOutputStream partial = new ByteArrayOutputStream();
  private final BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();
  final WebSocket webSocket;

  CborWire(int port, String user, String first, String... others) {
    webSocket =
        HTTP.newWebSocketBuilder()
            .subprotocols(first, others)
            .buildAsync(URI.create("ws://127.0.0.1:" + port + "/ws?user=" + user), this)
            .join();
  }

  static CborWire welcomed(int port, String user) {
    CborWire socket = new CborWire(port, user, NAME);
    assertThat(socket.next().get("type").stringValue()).isEqualTo("welcome");
    return socket;
  }

  @Nullable String subprotocol() {
    return webSocket.getSubprotocol();
  }

  void say(byte[] cbor) {
    webSocket.sendBinary(ByteBuffer.wrap(cbor), true).join();
  }

  /** Keys and values in turn. */
  void say(Object... pairs) {
    Map<Object, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put(pairs[i], pairs[i + 1]);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    write(out, map);
    say(out.toByteArray());
  }

  /** With definite lengths, which Jackson does not give to maps and long texts. */
  private static void write(ByteArrayOutputStream out, @Nullable Object value) {
    switch (value) {
      case Map<?, ?> map -> {
        head(out, 5, map.size());
        map.forEach((key, one) -> {
          write(out, key);
          write(out, one);
        });
      }
      case List<?> list -> {
        head(out, 4, list.size());
        list.forEach(one -> write(out, one));
      }
      case String text -> {
        byte[] utf8 = text.getBytes(UTF_8);
        head(out, 3, utf8.length);
        out.writeBytes(utf8);
      }
      case null, default -> out.writeBytes(CBOR.writeValueAsBytes(value));
    }
  }

  private static void head(ByteArrayOutputStream out, int major, int length) {
    out.write(major << 5 | 26);
    out.writeBytes(ByteBuffer.allocate(4).putInt(length).array());
  }

  byte[] bytes() {
    try {
      byte[] message = received.poll(10, TimeUnit.SECONDS);
      assertThat(message).as("a binary message within 10 s").isNotNull();
      return message;
    } catch (InterruptedException stopped) {
      throw new IllegalStateException(stopped);
    }
  }

  JsonNode next() {
    return CBOR.readTree(bytes());
  }

  /** The next message of that type; others are skipped. */
  JsonNode next(String type) {
    JsonNode message = next();
    while (!message.get("type").stringValue().equals(type)) {
      message = next();
    }
    return message;
  }

  @Override
  public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
    byte[] piece = new byte[data.remaining()];
    data.get(piece);
    partial.writeBytes(piece);
    if (last) {
      received.add(partial.toByteArray());
      partial.reset();
    }
    socket.request(1);
    return null;
  }

  @Override
  public void close() {
    webSocket.abort();
  }
}
