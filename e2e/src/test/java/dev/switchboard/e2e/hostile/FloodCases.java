package dev.switchboard.e2e.hostile;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.peers.BarePeer;
import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Too much of something that is fine once. The bystanders talk meanwhile, too. */
final class FloodCases {
  private static final String MESSAGES = "message floods";
  private static final String FRAMES = "ping and fragment floods";
  private static final String ROOMS = "join and room floods";

  private final List<HostileCase> cases = new ArrayList<>();

  private FloodCases() {}

  static List<HostileCase> all() {
    FloodCases all = new FloodCases();
    all.frames();
    all.rooms();
    all.messages();
    all.reads();
    return all.cases;
  }

  /** What one connection of mallory's at {@code /ws} does. */
  @FunctionalInterface
  private interface Flood {
    void does(Typist mallory) throws Exception;
  }

  private void flood(String area, String name, Flood flood) {
    cases.add(
        new HostileCase(
            area,
            name,
            site -> {
              try (Typist mallory = site.enter("mallory")) {
                flood.does(mallory);
              }
            }));
  }

  /** The same frames again and again, from a client that reads nothing. */
  private void deaf(String area, String name, int times, byte[] block) {
    cases.add(
        new HostileCase(
            area,
            name,
            site -> {
              try (Typist mallory = site.enter("mallory", "den")) {
                Thread flood =
                    Thread.ofVirtual()
                        .start(() -> {
                          try {
                            for (int i = 0; i < times; i++) {
                              mallory.peer().send(block);
                            }
                          } catch (UncheckedIOException ended) {
                            // Here, or by the server: it is enough.
                          }
                        });
                for (int i = 0; i < 10; i++) {
                  site.watch().exchange();
                }
                mallory.peer().reset();
                flood.join();
              }
            }));
  }

  private static byte[] repeated(int first, byte[] payload, int times) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] frame = BarePeer.masked(first, payload);
    for (int i = 0; i < times; i++) {
      out.writeBytes(frame);
    }
    return out.toByteArray();
  }

  private static byte[] messages(String json, int times) {
    return repeated(Typist.TEXT, json.getBytes(UTF_8), times);
  }

  private void frames() {
    flood(
        FRAMES,
        "2,000 pings in one segment are answered in order",
        mallory -> {
          ByteArrayOutputStream out = new ByteArrayOutputStream();
          for (int i = 0; i < 2_000; i++) {
            out.writeBytes(BarePeer.masked(0x89, String.valueOf(i).getBytes(UTF_8)));
          }
          mallory.peer().send(out.toByteArray());
          for (int i = 0; i < 2_000; i++) {
            assertThat(mallory.peer().read().text()).isEqualTo(String.valueOf(i));
          }
          mallory.leave();
        });
    deaf(
        FRAMES,
        "200,000 pings, whose pongs nobody reads",
        200,
        repeated(0x89, new byte[125], 1000));
    flood(
        FRAMES,
        "20,000 pongs that nobody asked for",
        mallory -> {
          mallory.peer().send(repeated(0x8a, new byte[0], 20_000));
          mallory.expectNothing();
          mallory.leave();
        });
    flood(
        FRAMES,
        "a message of more fragments of one byte than it may have",
        mallory -> {
          mallory.peer().frame(0x01, " ").send(repeated(0x00, new byte[] {' '}, 65_536));
          mallory.expectClose(1009, "");
        });
    flood(
        FRAMES,
        "20,000 fragments of nothing",
        mallory -> {
          mallory.peer().frame(0x01, "").send(repeated(0x00, new byte[0], 20_000));
          mallory.peer().frame(0x80, "");
          assertThat(mallory.next("error").get("code").asString()).isEqualTo("bad_message");
          mallory.expectNothing();
          mallory.leave();
        });
    deaf(FRAMES, "fragments without end", 1_000, fragments());
    flood(
        FRAMES,
        "1,000 messages after a close",
        mallory -> {
          byte[] close = BarePeer.masked(0x88, new byte[] {3, (byte) 0xe8});
          byte[] late = messages("{\"type\":\"ping\",\"id\":1}", 1_000);
          ByteArrayOutputStream out = new ByteArrayOutputStream();
          out.writeBytes(close);
          out.writeBytes(late);
          mallory.peer().send(out.toByteArray());
          mallory.expectClose(1000, "");
        });
  }

  private static byte[] fragments() {
    return repeated(0x00, new byte[] {' '}, 1_000);
  }

  private static String join(int room) {
    return "{\"type\":\"join_room\",\"room\":\"den%d\",\"id\":%d}".formatted(room, room);
  }

  private void rooms() {
    flood(
        ROOMS,
        "one room more than a session may be in",
        mallory -> {
          for (int i = 1; i <= 20; i++) {
            mallory.ask(join(i), "room_joined");
          }
          JsonNode refused = mallory.ask(join(21), "error");
          assertThat(refused.get("code").asString()).isEqualTo("conflict");
          assertThat(refused.get("message").asString()).contains("in 20 rooms already");
          mallory.leave();
        });
    cases.add(
        new HostileCase(
            ROOMS,
            "one room more than there may be",
            site -> {
              try (Typist first = limited(site, "mallory1");
                  Typist second = limited(site, "mallory2")) {
                for (int i = 1; i <= Site.ALL_ROOMS; i++) {
                  (i <= Site.ROOMS ? first : second).ask(join(i), "room_joined");
                }
                JsonNode refused = second.ask(join(99), "error");
                assertThat(refused.get("code").asString()).isEqualTo("unavailable");
                assertThat(second.ask(join(1), "room_joined").get("count").asInt()).isEqualTo(2);
              }
            }));
    flood(
        ROOMS,
        "1,000 times in and out, in one segment",
        mallory -> {
          String both = join(1) + "\n" + "{\"type\":\"leave_room\",\"room\":\"den1\",\"id\":2}";
          ByteArrayOutputStream out = new ByteArrayOutputStream();
          for (int i = 0; i < 1_000; i++) {
            both.lines().forEach(json -> out.writeBytes(messages(json, 1)));
          }
          mallory.peer().send(out.toByteArray());
          int joined = 0;
          for (int i = 0; i < 2_000; i++) {
            joined += mallory.next().get("type").asString().equals("room_joined") ? 1 : 0;
          }
          assertThat(joined).as("joined, or refused as left meanwhile").isLessThanOrEqualTo(1_000);
          mallory.expectNothing();
          mallory.leave();
        });
    deaf(ROOMS, "in and out without end, and nothing is read", 200, messages(join(1), 200));
    deaf(
        ROOMS,
        "the room's last 200 entries again and again",
        100,
        messages("{\"type\":\"join_room\",\"room\":\"den\",\"id\":1,\"recent\":200}", 100));
    flood(
        ROOMS,
        "1,100 users whom one may not see",
        mallory -> {
          for (int i = 0; i < 11; i++) {
            mallory
                .ask(watch(i * 100), "user_status")
                .get("users")
                .forEach(user -> assertThat(user.get("online").asBoolean()).isFalse());
          }
          mallory.leave();
        });
  }

  private static String watch(int from) {
    StringBuilder users = new StringBuilder();
    for (int i = from; i < from + 100; i++) {
      users.append(i == from ? "" : ",").append("\"u").append(i).append('"');
    }
    return "{\"type\":\"user_status\",\"id\":1,\"watch\":true,\"users\":[" + users + "]}";
  }

  private static Typist limited(Site site, String user) {
    Typist typist = Typist.open(site.port(), "/limited?user=" + user);
    typist.next("welcome");
    return typist;
  }

  /** A client of {@code /limited} that goes on sending until it is closed. */
  private void until4029(String name, String json, String answered) {
    cases.add(
        new HostileCase(
            MESSAGES,
            name,
            site -> {
              try (Typist mallory = limited(site, "mallory")) {
                mallory.peer().send(messages(json, 4 * Site.RATE));
                int taken = 0;
                int limited = 0;
                BarePeer.Frame frame = mallory.frame();
                for (; frame.opcode() == 1; frame = mallory.frame()) {
                  taken += frame.text().contains(answered) ? 1 : 0;
                  limited += frame.text().contains("\"rate_limited\"") ? 1 : 0;
                }
                assertThat(taken).isBetween(Site.RATE, 2 * Site.RATE);
                assertThat(limited).isGreaterThanOrEqualTo(Site.RATE);
                assertThat(frame.code()).isEqualTo(4029);
                assertThat(Typist.reason(frame)).matches("retryAfter=\\d+");
                mallory.expectEnd(frame);
              }
            }));
  }

  private void messages() {
    until4029("pings beyond the rate", "{\"type\":\"ping\",\"id\":1}", "\"pong\"");
    until4029("nonsense beyond the rate", "nonsense", "\"bad_message\"");
    flood(
        MESSAGES,
        "a message as large as may be",
        mallory -> {
          mallory.ask(join(1), "room_joined");
          String rest = "{\"type\":\"ask\",\"id\":1,\"data\":{\"n\":1},\"x\":\"\"}";
          String whole = rest.replace("\"x\":\"", "\"x\":\"" + "x".repeat(65_536 - rest.length()));
          mallory.ask(whole, "answer");
          mallory.say(" " + whole).expectClose(1009, "");
        });
    flood(
        MESSAGES,
        "2,000 messages of unknown types",
        mallory -> {
          mallory.peer().send(messages("{\"type\":\"no.such\",\"id\":1}", 2_000));
          for (int i = 0; i < 2_000; i++) {
            assertThat(mallory.next("error").get("code").asString()).isEqualTo("unknown_type");
          }
          mallory.leave();
        });
    deaf(
        MESSAGES,
        "publications without end, and nothing is read",
        1_000,
        messages(
            "{\"type\":\"chat\",\"room\":\"den\",\"id\":1,\"data\":{\"message\":\""
                + "x".repeat(10_000)
                + "\"}}",
            4));
    deaf(
        MESSAGES,
        "requests without end, and nothing is read",
        1_000,
        messages("{\"type\":\"ask\",\"id\":1,\"data\":{\"n\":1}}", 100));
    cases.add(
        new HostileCase(
            MESSAGES,
            "tokens again and again on an open connection",
            site -> {
              String bearer = "Authorization: Bearer " + Forger.token(Forger.claims("mallory"));
              try (Typist mallory = Typist.open(site.port(), "/secure", bearer)) {
                mallory.next("welcome");
                String token = "{\"type\":\"authenticate\",\"id\":1,\"token\":\"letmein\"}";
                mallory.peer().send(messages(token, 200));
                for (int i = 0; i < 200; i++) {
                  mallory.next("auth_failed");
                }
                mallory.leave();
              }
            }));
  }

  private void reads() {
    flood(
        MESSAGES,
        "500 pages of history at once",
        mallory -> {
          mallory.ask(join(1), "room_joined");
          String page = "{\"type\":\"history\",\"room\":\"den1\",\"limit\":200,\"id\":1}";
          mallory.peer().send(messages(page, 500));
          for (int i = 0; i < 500; i++) {
            mallory.next("history");
          }
          mallory.leave();
        });
    flood(
        MESSAGES,
        "500 lists of who is there at once",
        mallory -> {
          mallory.ask(join(1), "room_joined");
          mallory.peer().send(messages("{\"type\":\"user_list\",\"room\":\"den1\",\"id\":1}", 500));
          for (int i = 0; i < 500; i++) {
            mallory.next("user_list");
          }
          mallory.leave();
        });
    cases.add(
        new HostileCase(
            "slow clients",
            "a reader that never reads",
            site -> {
              try (Typist deaf = site.enter("deaf", "den");
                  Typist mallory = site.enter("mallory", "den")) {
                String large = "x".repeat(60_000);
                for (int i = 1; i <= 100; i++) {
                  mallory.ask(
                      "{\"type\":\"chat\",\"room\":\"den\",\"id\":%d,\"echo\":false,\"data\":{\"message\":\"%s\"}}"
                          .formatted(i, large),
                      "ack");
                }
                site.watch().exchange();
                deaf.peer().reset();
              }
            }));
  }
}
