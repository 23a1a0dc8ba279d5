package dev.switchboard.protocol.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.SwitchboardException;
import dev.switchboard.protocol.format.Json;
import dev.switchboard.protocol.server.ServerFuzzTest;
import dev.switchboard.protocol.wire.Draft;
import dev.switchboard.protocol.wire.Encoding;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;

/**
 * A client's session with a server that says anything, one message a line. A line {@code lost}
 * breaks the connection, {@code open} is the next one's socket, {@code +} lets a second pass.
 */
@Tag("A8")
class ClientFuzzTest {
  private static final byte[] WELCOME =
      "{\"type\":\"welcome\",\"session\":\"s\",\"secret\":\"k\",\"user\":\"ann\",\"logs\":[{\"user\":\"ann\",\"epoch\":\"i\",\"seq\":0},{\"everyone\":true,\"epoch\":\"v\",\"seq\":0}]}"
          .getBytes(UTF_8);

  @FuzzTest(maxDuration = "3m")
  void whateverAServerSaysTheSessionLivesAndEveryQuestionEndsOnce(byte[] said) {
    Machine machine = new Machine();
    machine.session.connect(0);
    machine.session.opened(0, machine.connection, Encoding.JSON);
    machine.session.received(0, machine.connection, false, WELCOME);
    machine.ask(new Command.Join("general", 5, null));
    machine.ask(new Command.History(Address.room("general"), null, null, 10));
    machine.ask(new Command.Users("general", null));
    machine.ask(new Command.Leave("other"));
    machine.ask(
        new Command.Publish(
            "chat", "m1", List.of(Address.room("general")), false, true, "{}".getBytes(UTF_8)));
    machine.ask(
        new Command.Publish(
            "chat",
            "m2",
            List.of(Address.room("a"), Address.room("b")),
            true,
            false,
            "{}".getBytes(UTF_8)));
    machine.ask(new Command.Tell("ask", "answer", "{}".getBytes(UTF_8)));
    ServerFuzzTest.lines(said).forEach(machine::line);
    machine.session.forceClose(machine.now);
    assertThat(machine.outcomes).as("outcomes of 7 questions").isEqualTo(7);
    for (byte[] sent : machine.sent) {
      assertThat(Json.MAPPER.readTree(sent).path("type").asString("")).isNotEmpty();
    }
  }

  private static final class Machine implements Effects, Question.Outcome {
    final List<byte[]> sent = new ArrayList<>();
    final ClientSession session = new ClientSession(Settings.DEFAULT, true, () -> 0.5, this);
    int connection;
    int outcomes;
    long now;

    void ask(Command ask) {
      Question unused = session.conversation().ask(now, ask, null, 0, this);
    }

    void line(byte[] line) {
      String text = new String(line, UTF_8);
      if (text.equals("lost")) {
        session.closed(now, connection, 1006, "", false);
      } else if (text.equals("open")) {
        session.opened(now, connection, Encoding.JSON);
      } else if (text.equals("+")) {
        now += 1_000;
        while (session.wakeAt() <= now) {
          session.advance(now);
        }
      } else {
        session.received(now, connection, false, line);
      }
    }

    @Override
    public void answered(Answer answer) {
      outcomes++;
    }

    @Override
    public void failed(SwitchboardException why) {
      outcomes++;
    }

    @Override
    public void connect(int number) {
      connection = number;
    }

    @Override
    public void send(Draft message) {
      sent.add(Encoding.JSON.write(message));
    }

    @Override
    public void send(long id, Command.Frame frame) {}

    @Override
    public void send(long id, Command.Streamed stream) {}

    @Override
    public void sendIfRoom(Draft message) {
      send(message);
    }

    @Override
    public void ping() {}

    @Override
    public void close(int code, String reason) {}

    @Override
    public void abandon() {}

    @Override
    public void state(SessionState state) {}

    @Override
    public void report(Report report) {
      assertThat(report.toString()).doesNotContain("secret=");
    }
  }
}
