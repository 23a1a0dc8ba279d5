package dev.switchboard.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.transport.HttpExchange;
import dev.switchboard.transport.HttpRequest;
import dev.switchboard.transport.HttpResponse;
import dev.switchboard.transport.IoKind;
import dev.switchboard.transport.ServerTransportOptions;
import dev.switchboard.transport.Upgrade;
import dev.switchboard.transport.WebSocket;
import dev.switchboard.transport.WebSocketListener;
import dev.switchboard.transport.WebSocketOptions;
import dev.switchboard.transport.netty.Loops;
import dev.switchboard.transport.netty.ServerTransport;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A server that does only what a test tells it to, over real sockets. */
final class Peer implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();
  private static final long PATIENCE = 20_000;

  private final Loops loops = Loops.of(IoKind.NIO, 1);
  private final BlockingQueue<Line> lines = new LinkedBlockingQueue<>();
  private final BlockingQueue<HttpRequest> requests = new LinkedBlockingQueue<>();
  private final ServerTransport transport;
  private volatile @Nullable HttpResponse refusal;

  Peer() {
    this(0);
  }

  Peer(int port) {
    transport =
        ServerTransport.bind(
            ServerTransportOptions.builder().host("127.0.0.1").port(port).build(),
            loops,
            this::handle);
  }

  private void handle(HttpExchange exchange) {
    requests.add(exchange.request());
    HttpResponse refused = refusal;
    if (refused != null) {
      exchange.respond(refused);
    } else {
      exchange.accept(
          Upgrade.of(
                  WebSocketOptions.builder().maxPendingBytes(1 << 30).build(),
                  socket -> {
                    Line line = new Line(socket);
                    lines.add(line);
                    return line;
                  })
              .withSubprotocol("switchboard.v1.json"));
    }
  }

  String uri() {
    return "ws://127.0.0.1:" + port() + "/ws";
  }

  int port() {
    return transport.localAddress().getPort();
  }

  /** Answers upgrades like that from now on; null accepts them. */
  void refuse(@Nullable HttpResponse response) {
    refusal = response;
  }

  /** The next connection. */
  Line accept() {
    return next(lines);
  }

  /** The next connection, after a welcome for ann. */
  Line welcome() {
    Line line = accept();
    line.say(
        "{'type':'welcome','session':'s1','secret':'k1','user':'ann','logs':[{'user':'ann','epoch':'i','seq':0},{'everyone':true,'epoch':'v','seq':0}]}");
    return line;
  }

  /** The next upgrade request. */
  HttpRequest request() {
    return next(requests);
  }

  boolean quiet() {
    return lines.isEmpty();
  }

  private static <T> T next(BlockingQueue<T> queue) {
    try {
      T next = queue.poll(PATIENCE, TimeUnit.MILLISECONDS);
      assertThat(next).as("nothing came within 5 s").isNotNull();
      return next;
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  @Override
  public void close() {
    transport.close();
    loops.close();
  }

  /** One connection. */
  static final class Line implements WebSocketListener {
    private final WebSocket socket;
    private final BlockingQueue<JsonNode> heard = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> closes = new LinkedBlockingQueue<>();

    private Line(WebSocket socket) {
      this.socket = socket;
    }

    @Override
    public void onText(ByteBuf view) {
      heard.add(JSON.readTree(view.toString(StandardCharsets.UTF_8)));
    }

    @Override
    public void onClose(int code, String reason, boolean clean) {
      closes.add(code + (reason.isEmpty() ? "" : " " + reason) + (clean ? " clean" : " unclean"));
    }

    /** What the client says next. */
    JsonNode hear() {
      return next(heard);
    }

    /** What the client says next, which has to be of that type. */
    JsonNode hear(String type) {
      JsonNode message = hear();
      assertThat(message.get("type").stringValue()).as(message.toString()).isEqualTo(type);
      return message;
    }

    /** How the connection ended: code, reason, clean or unclean. */
    String end() {
      return next(closes);
    }

    /** Says something; {@code '} stands for {@code "}. */
    void say(String json) {
      act(open -> open.sendText(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8)));
    }

    void act(Consumer<WebSocket> what) {
      socket.execute(() -> what.accept(socket));
    }

    /** Acknowledges what the client said. */
    void ack(JsonNode message, long seq) {
      say("{'type':'ack','re':" + message.get("id") + ",'seq':" + seq + "}");
    }

    /** Answers a join. */
    void joined(JsonNode join, long seq) {
      say(
          "{'type':'room_joined','room':"
              + join.get("room")
              + ",'re':"
              + join.get("id")
              + ",'epoch':'e','seq':"
              + seq
              + ",'members':['ann'],'count':1,'recovered':true}");
    }

    /** Delivers an entry of a room. */
    void entry(String room, long seq, String type, String data) {
      say(
          "{'type':'%s','room':'%s','seq':%d,'from':'bob','timestamp':%d,'data':%s}"
              .formatted(type, room, seq, 1_000 + seq, data));
    }

    void drop() {
      act(WebSocket::terminate);
    }
  }
}
