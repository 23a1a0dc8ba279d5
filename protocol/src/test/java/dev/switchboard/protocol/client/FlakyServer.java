package dev.switchboard.protocol.client;

import dev.switchboard.protocol.format.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A model of a server with one user: it keeps logs, answers what it is asked, takes each message id
 * once, and while {@link #faulty} refuses, keeps silent or forgets sessions as its dice say.
 */
final class FlakyServer {
  /** Where entries of all logs are, in the order in which they were committed. */
  record Committed(String log, long seq, String messageId) {}

  final List<Committed> commits = new ArrayList<>();

  /** What it refused once; it may be sent again if the refusal did not arrive. */
  final Set<String> refused = new HashSet<>();

  boolean faulty = true;

  private final Random random;
  private final BiConsumer<Integer, String> send;
  private final Map<String, List<String>> logs = new HashMap<>();
  private final Map<String, Committed> byMessageId = new HashMap<>();
  private final Map<String, Set<String>> sessions = new HashMap<>();
  private int sessionCount;
  private int connection;
  private @Nullable String session;

  /**
   * A server without entries.
   *
   * @param send what it says on a connection
   */
  FlakyServer(Random random, BiConsumer<Integer, String> send) {
    this.random = random;
    this.send = send;
  }

  private boolean chance(double probability) {
    return faulty && random.nextDouble() < probability;
  }

  @Nullable Committed committed(String messageId) {
    return byMessageId.get(messageId);
  }

  void accept(int number) {
    connection = number;
    begin("");
  }

  private void begin(String re) {
    session = "s" + ++sessionCount;
    sessions.put(session, new HashSet<>(Set.of("everyone")));
    String recovered = re.isEmpty() ? "" : ",'recovered':true";
    say(
        "{'type':'welcome',%s'session':'%s','secret':'k','user':'ann','logs':[{'everyone':true,'epoch':'v','seq':%d%s}]}"
            .formatted(re, session, seq("everyone"), recovered));
  }

  private static long place(JsonNode resume) {
    for (JsonNode log : resume.get("logs")) {
      if (log.has("everyone")) {
        return log.get("seq").asLong(0);
      }
    }
    return 0;
  }

  /** Something came on a connection; only the last one counts. */
  void hear(int number, byte[] json) {
    if (number != connection || session == null) {
      return;
    }
    JsonNode asked = Json.MAPPER.readTree(json);
    String re = "'re':" + asked.get("id") + ",";
    Set<String> rooms = sessions.getOrDefault(session, new HashSet<>());
    String room = asked.path("room").asString("");
    switch (asked.get("type").stringValue()) {
      case "resume" -> resume(asked, re);
      case "join_room" -> {
        rooms.add(room);
        say(
            "{'type':'room_joined','room':'%s',%s'epoch':'e','seq':%d,'members':['ann'],'count':1,'recovered':true}"
                .formatted(room, re, seq(room)));
        if (asked.has("since")) {
          entries(room, asked.get("since").get("seq").asLong(0));
        }
      }
      case "leave_room" -> {
        rooms.remove(room);
        say("{'type':'room_left','room':'%s',%s'x':0}".formatted(room, re));
      }
      case "history" ->
          say("{'type':'history',%s'epoch':'e','seq':0,'messages':[],'more':false}".formatted(re));
      case "user_list" ->
          say("{'type':'user_list',%s'room':'%s','members':['ann'],'count':1}".formatted(re, room));
      case "ping" -> say("{'type':'pong',%s'x':0}".formatted(re));
      case "ask" -> {
        if (!chance(0.2)) {
          say("{'type':'answer',%s'data':{}}".formatted(re));
        }
      }
      default -> publish(asked, re, rooms);
    }
  }

  private void resume(JsonNode asked, String re) {
    String wanted = asked.get("session").stringValue();
    sessions.remove(session == null ? "" : session);
    if (!sessions.containsKey(wanted) || chance(0.2)) {
      sessions.remove(wanted);
      begin(re);
      entries("everyone", place(asked));
      return;
    }
    session = wanted;
    Map<String, Long> places = new LinkedHashMap<>();
    for (JsonNode log : asked.get("logs")) {
      String name = log.has("room") ? log.get("room").stringValue() : "everyone";
      if (sessions.getOrDefault(wanted, Set.of()).contains(name)) {
        places.put(name, log.get("seq").asLong(0));
      }
    }
    List<String> states = new ArrayList<>();
    for (String log : places.keySet()) {
      states.add(
          "{%s,'epoch':'%s','seq':%d,'recovered':true}"
              .formatted(address(log), log.equals("everyone") ? "v" : "e", seq(log)));
    }
    say(
        "{'type':'resumed',%s'session':'%s','user':'ann','logs':[%s]}"
            .formatted(re, wanted, String.join(",", states)));
    places.forEach(this::entries);
  }

  private void publish(JsonNode asked, String re, Set<String> rooms) {
    String log = asked.has("room") ? asked.get("room").stringValue() : "everyone";
    String messageId = asked.get("messageId").stringValue();
    Committed known = byMessageId.get(messageId);
    if (known == null && !rooms.contains(log)) {
      refused.add(messageId);
      say(
          "{'type':'error',%s'code':'not_a_member','message':'no','retryable':false}"
              .formatted(re));
      return;
    }
    if (known == null && chance(0.1)) {
      refused.add(messageId);
      say(
          "{'type':'error',%s'code':'unavailable','message':'no','retryable':true,'details':{'retryAfter':%d}}"
              .formatted(re, random.nextInt(3_000)));
      return;
    }
    Committed entry = known == null ? commit(log, messageId) : known;
    if (!chance(0.05)) {
      say("{'type':'ack',%s'seq':%d}".formatted(re, entry.seq));
    }
    if (known == null && rooms.contains(log)) {
      entries(log, entry.seq - 1);
    }
  }

  private Committed commit(String log, String messageId) {
    List<String> entries = logs.computeIfAbsent(log, name -> new ArrayList<>());
    entries.add(messageId);
    Committed entry = new Committed(log, entries.size(), messageId);
    commits.add(entry);
    byMessageId.put(messageId, entry);
    return entry;
  }

  private long seq(String log) {
    return logs.getOrDefault(log, List.of()).size();
  }

  private void entries(String log, long after) {
    List<String> entries = logs.getOrDefault(log, List.of());
    for (long seq = after + 1; seq <= entries.size(); seq++) {
      say(
          "{'type':'chat',%s,'seq':%d,'from':'ann','timestamp':1,'messageId':'%s','data':1}"
              .formatted(address(log), seq, entries.get((int) seq - 1)));
    }
  }

  private static String address(String log) {
    return log.equals("everyone") ? "'everyone':true" : "'room':'" + log + "'";
  }

  private void say(String json) {
    send.accept(connection, json);
  }

  static byte[] bytes(String json) {
    return json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
  }
}
