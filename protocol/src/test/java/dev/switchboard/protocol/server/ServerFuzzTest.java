package dev.switchboard.protocol.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.Fleeting;
import dev.switchboard.protocol.Limits;
import dev.switchboard.protocol.Protocol;
import dev.switchboard.protocol.Request;
import dev.switchboard.protocol.format.Json;
import dev.switchboard.protocol.wire.Control;
import dev.switchboard.protocol.wire.Draft;
import dev.switchboard.protocol.wire.Encoding;
import dev.switchboard.protocol.wire.Envelope;
import dev.switchboard.protocol.wire.Envelope.MalformedEnvelope;
import dev.switchboard.protocol.wire.Id;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import tools.jackson.databind.JsonNode;

/** A server's conversation with a client that says anything, one message a line. */
@Tag("B4")
public class ServerFuzzTest {
  sealed interface Talk {
    record Chat(String text, Optional<String> mood, List<Integer> marks) implements Talk {}

    @Fleeting
    record Typing(boolean on) implements Talk {}

    record Ask(int n, Map<String, Double> scores) implements Talk, Request<Answer> {}
  }

  record Answer(int n) {}

  public static final Protocol<Talk> PROTOCOL = Protocol.of(Talk.class);

  /** All inboxes are encrypted here. */
  public static final Predicate<Address> ENCRYPTED = address -> address instanceof Address.User;

  @FuzzTest(maxDuration = "3m")
  void whateverIsSaidIsTakenOrAnswered(byte[] said) {
    Heard heard = new Heard(Encoding.JSON);
    ServerConversation conversation =
        new ServerConversation(PROTOCOL, Encoding.JSON, ENCRYPTED, heard);
    for (byte[] line : lines(said)) {
      int asked = heard.count;
      int answered = heard.answers.size();
      conversation.received(line);
      assertThat(heard.count - asked).isBetween(0, 1);
      if (!agrees(line)) {
        assertThat(heard.answers).as("what is no envelope is answered").hasSize(answered + 1);
      }
    }
    heard.answers.forEach(ServerFuzzTest::proper);
  }

  /** Whether a line is an envelope, which then says the same as a tree of it. */
  private static boolean agrees(byte[] line) {
    Envelope envelope;
    try {
      envelope = Envelope.parse(line);
    } catch (MalformedEnvelope refused) {
      assertThat(refused.getMessage()).isNotBlank();
      return false;
    }
    JsonNode tree = Json.MAPPER.readTree(line);
    assertThat(tree.path("type").asString("")).isEqualTo(envelope.type());
    assertThat(envelope.data() == null).isEqualTo(!tree.has("data"));
    if (envelope.data() != null) {
      assertThat(Json.MAPPER.readTree(envelope.data())).isEqualTo(tree.get("data"));
    }
    if (envelope.id() != null) {
      JsonNode given = tree.path("id");
      assertThat(envelope.id())
          .isEqualTo(given.isString() ? Id.of(given.stringValue()) : Id.of(given.longValue()));
    }
    if (envelope.messageId() != null) {
      assertThat(envelope.messageId()).isEqualTo(tree.path("messageId").asString(""));
    }
    return true;
  }

  private static void proper(byte[] answer) {
    Envelope envelope = Envelope.parse(answer);
    assertThat(envelope.type()).isIn("error", "pong");
    assertThat(new String(answer, UTF_8).getBytes(UTF_8)).isEqualTo(answer);
  }

  public static List<byte[]> lines(byte[] all) {
    List<byte[]> lines = new ArrayList<>();
    int start = 0;
    for (int at = 0; at <= all.length; at++) {
      if (at == all.length || all[at] == '\n') {
        lines.add(java.util.Arrays.copyOfRange(all, start, at));
        start = at + 1;
      }
    }
    return lines;
  }

  /** Counts what was asked for, keeps what was answered. */
  public static final class Heard implements ServerConversation.Requests {
    public final List<byte[]> answers = new ArrayList<>();
    private final Encoding encoding;
    public int count;

    public Heard(Encoding encoding) {
      this.encoding = encoding;
    }

    @Override
    public void answer(Draft answer) {
      count++;
      answers.add(encoding.write(answer));
    }

    @Override
    public void resume(@Nullable Id id, Control.Resume resume) {
      assertThat(count++).as("resume comes first").isZero();
    }

    @Override
    public void join(@Nullable Id id, Control.JoinRoom join) {
      count++;
    }

    @Override
    public void leave(@Nullable Id id, Control.LeaveRoom leave) {
      count++;
    }

    @Override
    public void userList(@Nullable Id id, Control.UserList userList) {
      count++;
    }

    @Override
    public void userStatus(@Nullable Id id, Control.UserStatus userStatus) {
      count++;
      assertThat(userStatus.users()).hasSizeBetween(1, Limits.MAX_STATUS_USERS);
    }

    @Override
    public void authenticate(@Nullable Id id, Control.Authenticate authenticate) {
      count++;
    }

    @Override
    public void history(@Nullable Id id, Control.History history) {
      count++;
    }

    @Override
    public void publish(ServerConversation.Incoming message) {
      count++;
      List<Address> to = message.envelope().addresses();
      assertThat(to).isNotEmpty().doesNotHaveDuplicates();
      assertThat(message.message() == null).isEqualTo(to.stream().anyMatch(ENCRYPTED));
    }

    @Override
    public void handle(ServerConversation.Incoming message) {
      count++;
    }

    @Override
    public void failed(@Nullable Id id, String type, RuntimeException failure) {
      throw failure;
    }

    @Override
    public void answered(ServerConversation.Answer answer) {
      count++;
    }
  }
}
