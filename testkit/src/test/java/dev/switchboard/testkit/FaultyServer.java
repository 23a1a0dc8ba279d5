package dev.switchboard.testkit;

import dev.switchboard.protocol.format.Json;
import dev.switchboard.transport.Upgrade;
import dev.switchboard.transport.WebSocket;
import dev.switchboard.transport.WebSocketListener;
import dev.switchboard.transport.WebSocketOptions;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A server with one log, everyone's, that keeps what it promises and nothing more: it may be late,
 * say things twice, forget sessions and have its connections cut. Confined to the loop.
 */
final class FaultyServer {
  private record Entry(String messageId, String data) {}

  private final Random random;
  private final List<Entry> log = new ArrayList<>();
  private final Map<String, Integer> seqs = new HashMap<>();
  private final Set<String> sessions = new HashSet<>();
  private @Nullable Line line;
  private boolean faulty = true;
  private int sessionCount;

  FaultyServer(Random random) {
    this.random = random;
  }

  /** What was published, in order. */
  List<String> log() {
    return log.stream()
        .map(entry -> Json.MAPPER.readTree(entry.data).get("text").asString())
        .toList();
  }

  private boolean chance(double probability) {
    return faulty && random.nextDouble() < probability;
  }

  /** From now on it is quick, and says things once. */
  void heal() {
    faulty = false;
    release();
  }

  /** Takes a connection. */
  Upgrade upgrade() {
    return Upgrade.of(
            WebSocketOptions.DEFAULT,
            socket -> {
              Line opened = new Line(socket);
              line = opened;
              opened.welcome("");
              return opened;
            })
        .withSubprotocol("switchboard.v1.json");
  }

  /** Says what it held back. */
  void release() {
    Line present = line;
    if (present != null) {
      while (!present.held.isEmpty()) {
        present.write(present.held.remove());
      }
    }
  }

  /** The connection breaks; what was held back is lost with it. */
  void cut() {
    if (line != null) {
      line.socket.terminate();
      line = null;
    }
  }

  /** The connection is dead, and nobody says so. */
  void fallSilent() {
    if (line != null) {
      line.socket.pauseReading();
      line = null;
    }
  }

  void close(int code) {
    if (line != null) {
      line.socket.close(code, "");
      line = null;
    }
  }

  private final class Line implements WebSocketListener {
    private final WebSocket socket;
    private final Queue<String> held = new ArrayDeque<>();
    private String session = "";

    Line(WebSocket socket) {
      this.socket = socket;
    }

    private void say(String json) {
      if (!held.isEmpty() || chance(0.2)) {
        held.add(json);
      } else {
        write(json);
      }
      if (chance(0.1)) {
        say(json);
      }
    }

    private void write(String json) {
      socket.sendText(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    void welcome(String re) {
      session = "s" + ++sessionCount;
      sessions.add(session);
      say(
          "{'type':'welcome',%s'session':'%s','secret':'k','user':'ann','logs':[%s]}"
              .formatted(re, session, place()));
    }

    private String place() {
      return "{'everyone':true,'epoch':'v','seq':%d,'recovered':true}".formatted(log.size());
    }

    @Override
    public void onText(ByteBuf view) {
      JsonNode asked = Json.MAPPER.readTree(view.toString(StandardCharsets.UTF_8));
      String re = "'re':" + asked.get("id") + ",";
      switch (asked.get("type").asString()) {
        case "resume" -> resume(asked, re);
        case "said" -> publish(asked, re);
        default -> throw new AssertionError("the client said " + asked);
      }
    }

    private void resume(JsonNode asked, String re) {
      String wanted = asked.get("session").asString();
      sessions.remove(session);
      if (chance(0.2) || !sessions.contains(wanted)) {
        sessions.remove(wanted);
        welcome(re);
      } else {
        session = wanted;
        say(
            "{'type':'resumed',%s'session':'%s','user':'ann','logs':[%s]}"
                .formatted(re, wanted, place()));
      }
      for (int seq = asked.at("/logs/0/seq").asInt() + 1; seq <= log.size(); seq++) {
        entry(seq);
      }
    }

    private void publish(JsonNode asked, String re) {
      String messageId = asked.get("messageId").asString();
      boolean fresh = !seqs.containsKey(messageId);
      if (fresh) {
        log.add(new Entry(messageId, asked.get("data").toString()));
        seqs.put(messageId, log.size());
      }
      boolean ackFirst = random.nextBoolean();
      if (ackFirst) {
        ack(re, messageId);
      }
      if (fresh) {
        entry(log.size());
      }
      if (!ackFirst) {
        ack(re, messageId);
      }
    }

    private void ack(String re, String messageId) {
      say("{'type':'ack',%s'seq':%d}".formatted(re, seqs.getOrDefault(messageId, 0)));
    }

    private void entry(int seq) {
      Entry entry = log.get(seq - 1);
      say(
          "{'type':'said','everyone':true,'seq':%d,'from':'ann','timestamp':1,'messageId':'%s','data':%s}"
              .formatted(seq, entry.messageId, entry.data));
    }
  }
}
