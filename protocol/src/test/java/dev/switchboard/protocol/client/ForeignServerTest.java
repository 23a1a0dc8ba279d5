package dev.switchboard.protocol.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.protocol.ConnectFailedException;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.SwitchboardException;
import dev.switchboard.protocol.UnsentException;
import dev.switchboard.protocol.wire.Draft;
import dev.switchboard.protocol.wire.Encoding;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The machine of a client whose server is not ours: no welcome, no answers. */
@Tag("A21")
class ForeignServerTest implements Effects, Question.Outcome {
  private final List<String> log = new ArrayList<>();
  private final List<Long> ids = new ArrayList<>();
  private int connection;

  private ClientSession session(Settings.Heartbeat heartbeat, int window) {
    Settings base = Settings.DEFAULT;
    Settings settings =
        new Settings(
            new Backoff(1_000, 1_000, false, 3),
            base.welcomeTimeout(),
            base.requestTimeout(),
            heartbeat,
            base.queue(),
            window,
            base.window().bytes());
    return new ClientSession(settings, false, () -> 1.0, this);
  }

  private ClientSession open() {
    ClientSession session = session(new Settings.Heartbeat(5_000, 1_000, true, "marco"), 2);
    session.connect(0);
    session.opened(0, connection, Encoding.JSON);
    log.clear();
    return session;
  }

  private void ask(ClientSession session, String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    Question unused = session.conversation().ask(0, new Command.Frame(true, utf8), text, -1, this);
  }

  @Test
  void anOpenSocketIsAnOpenClient() {
    ClientSession session = session(new Settings.Heartbeat(5_000, 1_000, false), 2);
    ask(session, "early");
    session.connect(0);
    session.opened(0, connection, Encoding.JSON);
    assertThat(session.state()).isEqualTo(SessionState.OPEN);
    assertThat(log).containsExactly("Opened", "> early");
  }

  @Test
  void textAndBytesAreReportedAsTheyCame() {
    ClientSession session = open();
    session.received(
        1, connection, false, "{\"type\":\"going_away\"}".getBytes(StandardCharsets.UTF_8));
    session.received(2, connection, true, new byte[] {1});
    assertThat(log).containsExactly("Text", "Binary");
  }

  @Test
  void aMessageIsThroughWhenItIsWritten() {
    ClientSession session = open();
    ask(session, "a");
    assertThat(session.conversation().queue(0).onTheWay()).isEqualTo(1);
    session.written(1, connection, ids.get(0));
    assertThat(session.conversation().queue(1).onTheWay()).isZero();
    assertThat(log).containsExactly("> a", "Written");
  }

  @Test
  void notMoreIsGivenToTheSocketThanTheWindowHolds() {
    ClientSession session = open();
    ask(session, "a");
    ask(session, "b");
    ask(session, "c");
    assertThat(log).containsExactly("> a", "> b");
    session.written(1, connection, ids.get(0));
    assertThat(log).containsExactly("> a", "> b", "Written", "> c");
  }

  @Test
  void whatWasNotWrittenGoesOutAgainInOrderAndWhatWasWrittenDoesNot() {
    ClientSession session = open();
    ask(session, "a");
    ask(session, "b");
    session.written(1, connection, ids.get(0));
    session.closed(2, connection, 1006, "", false);
    ask(session, "c");
    session.advance(2_000);
    session.opened(2_000, connection, Encoding.JSON);
    assertThat(log)
        .containsExactly(
            "> a",
            "> b",
            "Written",
            "Closed",
            "Reconnecting",
            "Opened",
            "Reconnected",
            "> b",
            "> c");
  }

  @Test
  @Tag("A9")
  void itAsksInTheServersWordsAndTakesAnythingForAnAnswer() {
    ClientSession session = open();
    session.advance(5_000);
    session.received(5_300, connection, false, "polo".getBytes(StandardCharsets.UTF_8));
    session.advance(10_300);
    session.advance(11_300);
    assertThat(log)
        .containsExactly(
            "> marco",
            "Heartbeat 300",
            "Text",
            "> marco",
            "HeartbeatTimeout",
            "close 4009",
            "Closed");
  }

  @Test
  void aRefusedConnectionFailsTheFirstTimeAndIsTriedAgainLater() {
    ClientSession session = open();
    session.closed(0, connection, 1006, "", false);
    session.advance(1_000);
    session.failed(1_000, connection, new ConnectFailedException("no", 0, true, null), -1);
    assertThat(session.state()).isEqualTo(SessionState.WAITING);
  }

  @Override
  public void connect(int number) {
    connection = number;
  }

  @Override
  public void send(Draft message) {
    log.add("> " + new String(Encoding.JSON.write(message), StandardCharsets.UTF_8));
  }

  @Override
  public void send(long id, Command.Frame frame) {
    if (id > 0) {
      ids.add(id);
    }
    log.add("> " + new String(frame.payload(), StandardCharsets.UTF_8));
  }

  @Override
  public void send(long id, Command.Streamed stream) {}

  @Override
  public void sendIfRoom(Draft message) {}

  @Override
  public void ping() {
    log.add("ping");
  }

  @Override
  public void close(int code, String reason) {
    log.add("close " + code);
  }

  @Override
  public void abandon() {}

  @Override
  public void state(SessionState state) {}

  @Override
  public void report(Report report) {
    log.add(
        report instanceof Report.Heartbeat beat
            ? "Heartbeat " + beat.roundTrip()
            : report.getClass().getSimpleName());
  }

  @Override
  public void answered(Answer answer) {
    log.add(answer.getClass().getSimpleName());
  }

  @Override
  public void failed(SwitchboardException why) {
    log.add(why instanceof UnsentException || why instanceof RefusedException ? "failed" : "?");
  }
}
