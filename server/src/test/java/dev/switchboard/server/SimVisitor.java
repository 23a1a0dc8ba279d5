package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.protocol.wire.Encoding;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Somebody in a {@link SimWorld} who writes messages by hand and keeps what is answered. */
final class SimVisitor implements SimLink.Far {
  private static final JsonMapper JSON = new JsonMapper();

  private final SimWorld world;
  private final String user;
  private final List<JsonNode> heard = new ArrayList<>();
  private @Nullable SimLink link;
  private int closedWith;

  SimVisitor(SimWorld world, String user) {
    this.world = world;
    this.user = user;
  }

  /** Connects; what is heard from now on is of that connection. */
  SimVisitor connect(SimServer server) {
    heard.clear();
    closedWith = 0;
    link = server.accept(this, 1, user, Encoding.JSON);
    return this;
  }

  SimLink link() {
    return Objects.requireNonNull(link);
  }

  SimVisitor say(String json) {
    link().say(json.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  SimVisitor join(String room, int id) {
    return say("{\"type\":\"join_room\",\"room\":\"%s\",\"id\":%d}".formatted(room, id));
  }

  SimVisitor publish(String room, String messageId, int id) {
    return say(
        "{\"type\":\"chat\",\"room\":\"%s\",\"id\":%d,\"messageId\":\"%s\",\"data\":{\"message\":\"x\"}}"
            .formatted(room, id, messageId));
  }

  /** Comes back with the session of a welcome, having seen so much of a room. */
  SimVisitor resume(JsonNode welcome, JsonNode joined, long seq) {
    return say(
        "{\"type\":\"resume\",\"id\":0,\"session\":%s,\"secret\":%s,\"logs\":[{\"room\":%s,\"epoch\":%s,\"seq\":%d}]}"
            .formatted(
                welcome.get("session"),
                welcome.get("secret"),
                joined.get("room"),
                joined.get("epoch"),
                seq));
  }

  /** All that was heard. */
  List<JsonNode> all() {
    return heard;
  }

  /** The messages of that type, in the order in which they came. */
  List<JsonNode> heard(String type) {
    return heard.stream().filter(one -> one.get("type").stringValue().equals(type)).toList();
  }

  /** The places of what was published, in the order in which it came. */
  List<Long> seqs() {
    return heard("chat").stream().map(one -> one.get("seq").longValue()).toList();
  }

  /** What was answered to the message with that id. */
  JsonNode answer(int id) {
    List<JsonNode> answers =
        heard.stream().filter(one -> one.has("re") && one.get("re").intValue() == id).toList();
    assertThat(answers).as("answers to %s among %s", id, heard).hasSize(1);
    return answers.getFirst();
  }

  String type(int id) {
    return answer(id).get("type").stringValue();
  }

  /** The code it was closed with; 0 if it was not. */
  int closedWith() {
    return closedWith;
  }

  @Override
  public void received(int number, byte[] text) {
    heard.add(JSON.readTree(text));
  }

  @Override
  public void ponged(int number) {}

  @Override
  public void closed(int number, int code, boolean clean) {
    world.tell(user + " was closed with " + code);
    closedWith = code;
  }
}
