package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * People who join, leave, publish, publish the same again, lose their connection and come back, at
 * random and over real sockets. Whatever they do: what was acknowledged is in the log exactly once,
 * everybody sees a log in order without a hole or a repetition, and nothing is left behind. A
 * failure prints the seed that repeats it.
 */
@Tag("D2")
class RandomConversationsTest {
  private static final int CONVERSATIONS = Integer.getInteger("conversations", 10);
  private static final int STEPS = 80;
  private static final List<String> ROOMS = List.of("a", "b");

  @Test
  void nothingIsLostRepeatedOrOutOfOrder() {
    long seed = Long.getLong("seed", System.nanoTime());
    int lost = 0;
    ManualClock clock = new ManualClock();
    Endpoint<Talk> endpoint = Talk.endpoint();
    try (Server server = Server.builder().port(0).clock(clock).endpoint("/ws", endpoint).start()) {
      for (int i = 0; i < CONVERSATIONS; i++) {
        try {
          Conversation conversation =
              new Conversation(server.port(), new Random(seed + i), "c" + i);
          conversation.run();
          lost += conversation.lost;
        } catch (Throwable failed) {
          throw new AssertionError(
              "repeat with -Dseed=" + (seed + i) + " -Dconversations=1", failed);
        }
      }
      assertThat(CONVERSATIONS < 10 || lost > 0).as("answers that were lost").isTrue();
      clock.advance(Duration.ofMinutes(2));
      await()
          .untilAsserted(() ->
              assertThat(endpoint.hub().sizes())
                  .containsEntry("topics", 1)
                  .containsEntry("sessions", 0)
                  .containsEntry("places", 0));
    }
  }

  private static final class Conversation {
    private final int port;
    private final Random random;
    private final String prefix;
    private final List<Person> people = new ArrayList<>();
    private final Map<String, String> acknowledged = new HashMap<>(); // messageId to room and seq
    private int messages;
    private int lost;

    Conversation(int port, Random random, String prefix) {
      this.port = port;
      this.random = random;
      this.prefix = prefix;
    }

    void run() {
      for (int i = 0; i < 4; i++) {
        people.add(new Person(prefix + "u" + i % 3)); // two of them are the same user
      }
      for (int step = 0; step < STEPS; step++) {
        people.get(random.nextInt(people.size())).act();
      }
      people.forEach(Person::settle);
      Map<String, List<String>> logs = new HashMap<>();
      for (String room : ROOMS) {
        logs.put(room, people.get(0).log(room));
      }
      acknowledged.forEach((id, place) ->
          assertThat(inLog(logs, id)).as("acknowledged %s", id).containsExactly(place));
      people.forEach(person -> person.check(logs));
      people.forEach(Person::end);
    }

    private static List<String> inLog(Map<String, List<String>> logs, String id) {
      List<String> places = new ArrayList<>();
      logs.forEach((room, entries) -> {
        for (int i = 0; i < entries.size(); i++) {
          if (entries.get(i).equals(id)) {
            places.add(room + " " + (i + 1));
          }
        }
      });
      return places;
    }

    /** One program of one user; does by hand what a client library does. */
    private final class Person {
      private final String user;
      private final Map<String, Long> places =
          new LinkedHashMap<>(); // rooms it is in, and the last seq it has seen
      private final Map<String, Map<Long, String>> seen = new HashMap<>();
      private final Map<String, String> unanswered = new LinkedHashMap<>(); // messageId to room
      private final Map<String, String> asked = new HashMap<>(); // id to messageId
      private String session = "";
      private String secret = "";
      private @Nullable Wire wire;
      private int ids;

      Person(String user) {
        this.user = user;
        connect();
      }

      private Wire wire() {
        return java.util.Objects.requireNonNull(wire);
      }

      void act() {
        if (wire == null) {
          connect();
          return;
        }
        String room = prefix + ROOMS.get(random.nextInt(ROOMS.size()));
        switch (random.nextInt(10)) {
          case 0 -> lose();
          case 1, 2 -> {
            if (!places.containsKey(room)) {
              join(room, null);
            }
          }
          case 3 -> {
            if (places.size() > 1 && places.containsKey(room)) {
              leave(room);
            }
          }
          case 4 -> unanswered.forEach(this::send); // again, under the same name
          default -> {
            if (places.containsKey(room)) {
              publish(room);
            }
          }
        }
        if (wire != null
            && random.nextBoolean()) { // else the next thing is done without the answer
          hear();
        }
      }

      private void send(String messageId, String room) {
        if (!places.containsKey(room)) {
          return;
        }
        String id = String.valueOf(++ids);
        asked.put(id, messageId);
        wire()
            .say(
                "{\"type\":\"chat\",\"room\":\"%s\",\"id\":%s,\"messageId\":\"%s\",\"data\":{\"message\":\"x\"}}"
                    .formatted(room, id, messageId));
      }

      private void connect() {
        wire = Wire.open(port, "/ws?user=" + user);
        JsonNode welcome = wire().next();
        asked.clear();
        if (!session.isEmpty() && random.nextBoolean()) {
          resume();
        } else {
          welcomed(welcome);
          Map<String, Long> before = Map.copyOf(places);
          before.forEach(this::join);
        }
        unanswered.forEach(this::send);
      }

      private void resume() {
        StringBuilder logs = new StringBuilder();
        places.forEach((room, seq) ->
            logs.append(logs.isEmpty() ? "" : ",")
                .append("{\"room\":\"%s\",\"seq\":%d}".formatted(room, seq)));
        wire()
            .say(
                "{\"type\":\"resume\",\"id\":0,\"session\":\"%s\",\"secret\":\"%s\",\"logs\":[%s]}"
                    .formatted(session, secret, logs));
        JsonNode answer = wire().next();
        assertThat(answer.get("type").stringValue()).isEqualTo("resumed");
        Set<String> rooms = new HashSet<>();
        for (JsonNode log : answer.get("logs")) {
          assertThat(log.get("recovered").booleanValue()).isTrue();
          if (log.has("room")) {
            rooms.add(log.get("room").stringValue());
          }
        }
        assertThat(rooms).isEqualTo(places.keySet());
      }

      private void welcomed(JsonNode welcome) {
        session = welcome.get("session").stringValue();
        secret = welcome.get("secret").stringValue();
      }

      private void join(String room, @Nullable Long since) {
        String place = since == null ? "" : ",\"since\":{\"seq\":" + since + "}";
        JsonNode joined =
            until(
                "{\"type\":\"join_room\",\"room\":\"%s\",\"id\":\"j%d\"%s}"
                    .formatted(room, ++ids, place),
                "j" + ids);
        assertThat(joined.get("recovered").booleanValue()).isTrue();
        if (since == null) {
          places.put(room, joined.get("seq").longValue());
        }
      }

      private void leave(String room) {
        until(
            "{\"type\":\"leave_room\",\"room\":\"%s\",\"id\":\"l%d\"}".formatted(room, ++ids),
            "l" + ids);
        places.remove(room);
        // Whether it got there is not known, and not asked any more.
        unanswered.values().removeIf(room::equals);
      }

      /** Says it, and hears everything until its answer. */
      private JsonNode until(String json, String id) {
        wire().say(json);
        JsonNode message = wire().next();
        while (!(message.has("re") && message.get("re").asString().equals(id))) {
          take(message);
          message = wire().next();
        }
        return message;
      }

      /** Hears everything that is there. */
      private void hear() {
        if (wire != null) {
          until("{\"type\":\"ping\",\"id\":\"p%d\"}".formatted(++ids), "p" + ids);
        }
      }

      private void take(JsonNode message) {
        switch (message.get("type").stringValue()) {
          case "ack" -> {
            String messageId = asked.get(message.get("re").asString());
            String room = unanswered.remove(messageId);
            if (messageId != null && room != null) {
              acknowledged.merge(
                  messageId,
                  room.substring(prefix.length()) + " " + message.get("seq"),
                  (first, again) -> first.equals(again) ? first : first + " and " + again);
            }
          }
          case "chat" -> {
            String room = message.get("room").stringValue();
            long seq = message.get("seq").longValue();
            Long last = places.get(room);
            if (last != null) {
              assertThat(seq).as("next in %s for %s", room, user).isEqualTo(last + 1);
              places.put(room, seq);
              seen.computeIfAbsent(room, key -> new HashMap<>())
                  .put(seq, message.get("messageId").stringValue());
            }
          }
          case "user_joined", "user_left", "pong" -> {}
          default -> throw new AssertionError("not expected: " + message);
        }
      }

      /**
       * Loses the connection, at times with answers on it to what the server has taken: then it is
       * published again.
       */
      private void lose() {
        places.keySet().stream().findFirst().ifPresent(this::publish);
        if (random.nextBoolean()) {
          String id = "l" + ++ids;
          wire().say("{\"type\":\"ping\",\"id\":\"%s\"}".formatted(id));
          while (!wire().next().path("re").asString("").equals(id)) {
            lost++;
          }
        }
        wire().lose();
        wire = null;
      }

      private void publish(String room) {
        String id = prefix + "m" + messages++;
        unanswered.put(id, room);
        send(id, room);
      }

      /** Comes back for good, has everything acknowledged, and reads to the end. */
      void settle() {
        if (wire == null) {
          connect();
        }
        for (String room : ROOMS) {
          if (!places.containsKey(prefix + room)) {
            join(prefix + room, null);
          }
        }
        unanswered.forEach(this::send);
        await()
            .until(() -> {
              hear();
              return unanswered.isEmpty();
            });
      }

      List<String> log(String room) {
        JsonNode page =
            until(
                "{\"type\":\"history\",\"room\":\"%s\",\"limit\":200,\"id\":\"h%d\"}"
                    .formatted(prefix + room, ++ids),
                "h" + ids);
        assertThat(page.get("more").booleanValue()).isFalse();
        return page.get("messages")
            .valueStream()
            .map(entry -> entry.get("messageId").stringValue())
            .toList();
      }

      void check(Map<String, List<String>> logs) {
        logs.forEach((room, entries) -> {
          await()
              .until(() -> {
                hear();
                return places.getOrDefault(prefix + room, 0L) == entries.size();
              });
          seen.getOrDefault(prefix + room, Map.of())
              .forEach((seq, id) -> assertThat(entries.get((int) (seq - 1))).isEqualTo(id));
        });
      }

      void end() {
        wire().close(1000);
        wire().closeCode();
      }
    }
  }
}
