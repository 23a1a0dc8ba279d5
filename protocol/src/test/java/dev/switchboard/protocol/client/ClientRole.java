package dev.switchboard.protocol.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.ConnectFailedException;
import dev.switchboard.protocol.Entry;
import dev.switchboard.protocol.Payload;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.SwitchboardException;
import dev.switchboard.protocol.UnsentException;
import dev.switchboard.protocol.format.Json;
import dev.switchboard.protocol.wire.Draft;
import dev.switchboard.protocol.wire.Encoding;
import dev.switchboard.protocol.wire.Envelope;
import dev.switchboard.protocol.wire.Id;
import dev.switchboard.protocol.wire.ServerMessages;
import dev.switchboard.protocol.wire.Transcript;
import dev.switchboard.protocol.wire.TranscriptNames;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Replays the lines of one client of a transcript against a {@link ClientSession}. */
final class ClientRole implements Effects {
  private final String who;
  private final TranscriptNames names = new TranscriptNames();
  private final Deque<String> out = new ArrayDeque<>();
  private final ClientSession session;
  private final boolean liveness;
  private long now;
  private int connection;
  private int closing;
  private boolean open;
  private boolean returning;
  private int messages;
  private int tokenRequest;

  /** A client as the transcripts of {@code spec} know it. */
  ClientRole(String who, Tokens tokens) {
    this(who, tokens, null);
  }

  /** The same, who may know the hash of its types. */
  ClientRole(String who, Tokens tokens, @Nullable String protocol) {
    this(who, Settings.DEFAULT.withProtocol(protocol), tokens, 1.0, false);
  }

  /** A client of other habits; {@code liveness} has it report its heartbeat as well. */
  ClientRole(String who, Settings settings, double draw, boolean liveness) {
    this(who, settings, Tokens.NONE, draw, liveness);
  }

  private ClientRole(String who, Settings settings, Tokens tokens, double draw, boolean liveness) {
    this.who = who;
    this.session = new ClientSession(settings, true, tokens, () -> draw, this);
    this.liveness = liveness;
  }

  QueueState queue() {
    return session.conversation().queue(now);
  }

  ClientSession session() {
    return session;
  }

  void replay(Transcript transcript) {
    for (Transcript.Line line : transcript.lines()) {
      if (line.who().isEmpty() || line.who().equals(who)) {
        try {
          line(line);
        } catch (RuntimeException | AssertionError broken) {
          throw new AssertionError("line " + line + "\n" + broken.getMessage(), broken);
        }
      }
    }
    assertThat(out).as("said or reported, but not in the transcript").isEmpty();
  }

  private void line(Transcript.Line line) {
    switch (line.kind()) {
      case TIME -> pass(Long.parseLong(line.text()));
      case OPEN -> {
        open = true;
        session.opened(now, connection, Encoding.JSON);
      }
      case LOST -> lost();
      case SENT -> expect("> ", line.text());
      case RECEIVED -> receive(line.text());
      case CALL -> call(line.text().split(" ", 4));
      case REPORT -> expect("= ", line.text());
    }
    if (line.kind() == Transcript.Kind.SENT && line.text().startsWith("close ")) {
      open = open && closing != connection;
      session.closed(now, closing, Integer.parseInt(line.text().split(" ", 3)[1]), "", true);
    }
  }

  private void pass(long time) {
    long end = now + time;
    while (session.wakeAt() <= end) {
      now = Math.max(now, session.wakeAt());
      session.advance(now);
    }
    now = end;
  }

  private void lost() {
    if (open) {
      open = false;
      session.closed(now, connection, 1006, "", false);
    } else {
      session.failed(now, connection, new ConnectFailedException("refused", 0, true, null), -1);
    }
  }

  private void receive(String text) {
    if (text.startsWith("close ")) {
      String[] parts = text.split(" ", 3);
      open = false;
      session.closed(
          now, connection, Integer.parseInt(parts[1]), parts.length > 2 ? parts[2] : "", true);
    } else if (text.equals("ping")) {
      session.heard(now, connection);
    } else if (text.equals("pong")) {
      session.ponged(now, connection);
    } else {
      session.received(
          now,
          connection,
          false,
          names.filled(json(text)).toString().getBytes(StandardCharsets.UTF_8));
    }
  }

  private void expect(String mark, String expected) {
    assertThat(out).as("nothing said or reported").isNotEmpty();
    String actual = out.removeFirst();
    int brace = expected.indexOf('{');
    if (brace < 0) {
      assertThat(actual).isEqualTo(mark + expected);
      return;
    }
    assertThat(actual).startsWith(mark + expected.substring(0, brace) + "{");
    String difference =
        names.difference(
            json(expected.substring(brace)), json(actual.substring(mark.length() + brace)));
    assertThat(difference).as(actual).isNull();
  }

  private Id asked = Id.of(0);

  private void call(String[] words) {
    switch (words[0]) {
      case "connect" -> {
        returning = false;
        session.connect(now);
      }
      case "protocol" -> {} // known from the start
      case "close" -> session.close(now, 1000, "");
      case "join" ->
          ask(new Command.Join(words[1], words.length > 2 ? Integer.parseInt(words[3]) : 0, null));
      case "reconnect" -> session.reconnect(now);
      case "probe" -> session.probe(now);
      case "token", "code" -> session.token(now, tokenRequest, words[1]);
      case "no" -> // token
          session.noToken(
              now, tokenRequest, new ConnectFailedException("token: none", 0, true, null));
      case "keep", "restore" -> keep(words);
      case "flush" -> session.conversation().flush();
      case "forceClose" -> session.forceClose(now);
      case "quiet" -> publish(Address.room(words[1]), false, words);
      case "watch" -> ask(new Command.Statuses(List.of(words[1]), true, false));
      case "leave" -> ask(new Command.Leave(words[1]));
      case "publish" -> publish(Address.room(words[1]), true, words);
      case "direct" -> publish(Address.user(words[1]), true, words);
      case "fleeting" ->
          session
              .conversation()
              .fleeting(
                  words[2], Address.room(words[1]), words[3].getBytes(StandardCharsets.UTF_8));
      case "request" ->
          ask(new Command.Tell(words[1], "answer", words[2].getBytes(StandardCharsets.UTF_8)));
      case "reply" ->
          session
              .conversation()
              .reply(
                  asked,
                  ServerMessages.reply(
                      asked, words[1], Payload.of(words[2].getBytes(StandardCharsets.UTF_8))));
      case "history" ->
          ask(
              new Command.History(
                  Address.room(words[1]),
                  words.length > 2 ? Long.parseLong(words[3]) : null,
                  null,
                  50));
      default -> fail("unknown call " + words[0]);
    }
  }

  private void publish(Address address, boolean echo, String[] words) {
    ask(
        new Command.Publish(
            words[2],
            "m" + ++messages + "-of-" + who,
            List.of(address),
            false,
            echo,
            words[3].getBytes(StandardCharsets.UTF_8)));
  }

  private void keep(String[] words) {
    session
        .conversation()
        .keep(
            now,
            words[0].equals("restore"),
            new Command.Publish(
                words[2],
                "m" + ++messages + "-of-" + who,
                List.of(Address.room(words[1])),
                false,
                true,
                words[3].getBytes(StandardCharsets.UTF_8)),
            null,
            new Told());
  }

  private void ask(Command ask) {
    try {
      session
          .conversation()
          .ask(now, ask, null, ask instanceof Command.Publish ? -1 : 0, new Told());
    } catch (UnsentException unsent) {
      out.add("= unsent");
    }
  }

  private final class Told implements Question.Outcome {
    @Override
    public void answered(Answer answer) {
      String report = reported(answer);
      if (report != null) {
        out.add("= " + report);
      }
    }

    @Override
    public void failed(SwitchboardException why) {
      out.add(
          why instanceof RefusedException refused
              ? "= refused " + refused.code().wire()
              : "= unsent");
    }
  }

  private static @Nullable String reported(Answer answer) {
    return switch (answer) {
      case Answer.Acked acked -> "published " + acked.seq();
      case Answer.Reply reply ->
          "reply "
              + reply.type()
              + " "
              + text(reply.payload() == null ? null : reply.payload().json());
      case Answer.Page page -> "page " + page.entries().size() + (page.more() ? " more" : " end");
      case Answer.Joined joined -> null;
      case Answer.Left left -> null;
      case Answer.Users users -> null;
      case Answer.Statuses statuses -> null;
      case Answer.Written written -> null;
    };
  }

  private static String text(byte @Nullable [] data) {
    return data == null ? "" : new String(data, StandardCharsets.UTF_8);
  }

  private static JsonNode json(String text) {
    return Json.MAPPER.readTree(text);
  }

  @Override
  public void connect(int number) {
    connection = number;
    open = false;
  }

  @Override
  public void connect(int number, String token) {
    out.add("> Authorization: Bearer " + token);
    connect(number);
  }

  @Override
  public void token(int request) {
    tokenRequest = request;
    out.add("= token");
  }

  @Override
  public void send(Draft message) {
    out.add("> " + text(Encoding.JSON.write(message)));
  }

  @Override
  public void send(long id, Command.Frame frame) {
    throw new AssertionError("a frame without an envelope, to a server of ours");
  }

  @Override
  public void send(long id, Command.Streamed stream) {}

  @Override
  public void sendIfRoom(Draft message) {
    send(message);
  }

  @Override
  public void ping() {
    out.add("> ping");
  }

  @Override
  public void close(int code, String reason) {
    closing = connection;
    out.add("> close " + code + (reason.isEmpty() ? "" : " " + reason));
  }

  @Override
  public void abandon() {}

  @Override
  public void state(SessionState state) {}

  @Override
  public void report(Report report) {
    String text =
        switch (report) {
          case Report.Opened opened -> "open";
          case Report.ProtocolMismatch differs ->
              "protocol_mismatch " + differs.server() + " " + differs.client();
          case Report.Closed closed ->
              "close " + closed.code() + (closed.clean() ? " clean" : " unclean");
          case Report.Failed failed ->
              session.state() == SessionState.CLOSED && !returning ? "connect_failed" : null;
          case Report.Reconnecting reconnecting -> {
            returning = true;
            yield "reconnect " + reconnecting.attempt();
          }
          case Report.Reconnected reconnected -> "reconnect_success " + reconnected.attempt();
          case Report.ReconnectFailed failed -> "reconnect_failed " + failed.attempt();
          case Report.Message message -> "message " + entry(message.envelope());
          case Report.Question question -> {
            asked = question.id();
            yield "asked " + question.envelope().type() + " " + text(question.envelope().data());
          }
          case Report.Text came -> throw new AssertionError("text of another server");
          case Report.Binary binary -> throw new AssertionError("bytes of another server");
          case Report.Piece piece -> throw new AssertionError("bytes of another server");
          case Report.Joined joined -> "joined " + joined.room() + " " + joined.how().seq();
          case Report.Left left -> "left " + left.room();
          case Report.Status status ->
              "status "
                  + status.state().user()
                  + (status.state().online() ? " online" : " offline");
          case Report.UsersChanged changed ->
              "users_changed " + changed.room() + " " + changed.count();
          case Report.Members all -> null;
          case Report.Presence presence ->
              (presence.joined() ? "user_joined " : "user_left ")
                  + presence.room()
                  + " "
                  + presence.user();
          case Report.Gap gap -> "gap " + log(gap.log());
          case Report.Heartbeat heartbeat -> liveness ? "heartbeat " + heartbeat.roundTrip() : null;
          case Report.HeartbeatTimeout timeout -> liveness ? "heartbeat_timeout" : null;
          case Report.GoingAway away -> null;
          case Report.Authenticated proved ->
              "authenticated " + proved.user() + (proved.renewed() ? " renewed" : "");
          case Report.AuthFailed failed -> "auth_failed " + (failed.again() ? "again" : "final");
          case Report.AuthExpiring expiring -> "auth_expiring " + expiring.expiresIn();
          case Report.Undelivered undelivered -> null;
        };
    if (text != null) {
      out.add("= " + text);
    }
  }

  private static String log(Address log) {
    return switch (log) {
      case Address.Room room -> room.name();
      case Address.User user -> user.name();
      case Address.Everyone everyone -> "everyone";
    };
  }

  private static String entry(Envelope envelope) {
    return text(
        Encoding.JSON.write(
            ServerMessages.entry(
                new Entry(
                    envelope.addresses().get(0),
                    envelope.seq(),
                    envelope.type(),
                    envelope.from(),
                    envelope.timestamp(),
                    envelope.messageId(),
                    envelope.payload()))));
  }
}
