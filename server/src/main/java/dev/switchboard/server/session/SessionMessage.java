package dev.switchboard.server.session;

import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.Payload;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.server.ServerConversation.Answer;
import dev.switchboard.protocol.wire.Id;
import dev.switchboard.server.broker.BusBytes;
import dev.switchboard.server.session.MovedSession.OpenQuestion;
import dev.switchboard.server.session.MovedSession.Question;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What servers say to each other about sessions. Immutable. */
sealed interface SessionMessage {
  /**
   * A client has come with another server's session.
   *
   * @param from the node that asks
   * @param number of the claim, at that node
   * @param path the endpoint's path
   * @param session the session's ID
   * @param proof the hash of the secret that the client has shown
   * @param user the user that the client is known to be; null for a guest, who becomes the
   *     session's user
   */
  record Claim(
      String from, long number, String path, String session, byte[] proof, @Nullable String user)
      implements SessionMessage {}

  /**
   * The answer to a claim.
   *
   * @param moved the session, which is over at the node that answers; null if it is not to be had
   */
  record Reply(long number, @Nullable MovedSession moved) implements SessionMessage {}

  /** A client has answered a question of the node that this goes to. */
  record Answered(Answer answer) implements SessionMessage {}

  /** A node has closed. */
  record Closed(String node) implements SessionMessage {}

  /** Goes to all nodes. */
  String ALL = "";

  /** Returns the message for a node. */
  default byte[] encoded(String to) {
    return BusBytes.write(out -> {
      out.writeUTF(to);
      switch (this) {
        case Claim claim -> {
          out.writeUTF("claim");
          out.writeUTF(claim.from);
          out.writeLong(claim.number);
          out.writeUTF(claim.path);
          out.writeUTF(claim.session);
          BusBytes.bytes(out, claim.proof);
          BusBytes.name(out, claim.user);
        }
        case Reply(long number, @Nullable MovedSession moved) -> {
          out.writeUTF("reply");
          out.writeLong(number);
          out.writeBoolean(moved != null);
          if (moved != null) {
            write(out, moved);
          }
        }
        case Answered(Answer answer) -> {
          out.writeUTF("answered");
          write(out, answer);
        }
        case Closed(String node) -> {
          out.writeUTF("closed");
          out.writeUTF(node);
        }
      }
    });
  }

  /**
   * Reads a message.
   *
   * @return null if it goes to another node than the given one, or only later versions know it
   */
  static @Nullable SessionMessage decoded(byte[] message, String node) {
    return BusBytes.read(
        message,
        in -> {
          String to = in.readUTF();
          return to.equals(node) || to.equals(ALL) ? read(in) : null;
        });
  }

  private static @Nullable SessionMessage read(DataInputStream in) throws IOException {
    return switch (in.readUTF()) {
      case "claim" ->
          new Claim(
              in.readUTF(),
              in.readLong(),
              in.readUTF(),
              in.readUTF(),
              BusBytes.bytes(in),
              BusBytes.name(in));
      case "reply" -> new Reply(in.readLong(), in.readBoolean() ? readMoved(in) : null);
      case "answered" -> new Answered(readAnswer(in));
      case "closed" -> new Closed(in.readUTF());
      default -> null;
    };
  }

  private static void write(DataOutputStream out, MovedSession moved) throws IOException {
    out.writeUTF(moved.user());
    out.writeInt(moved.rooms().size());
    for (String room : moved.rooms()) {
      out.writeUTF(room);
    }
    out.writeInt(moved.questions().size());
    for (OpenQuestion open : moved.questions()) {
      out.writeUTF(text(open.question().id()));
      out.writeUTF(open.question().type());
      out.writeLong(open.question().timestamp());
      BusBytes.payload(out, open.question().data());
      out.writeInt(open.bytes());
      out.writeLong(open.left().toMillis());
    }
  }

  private static MovedSession readMoved(DataInputStream in) throws IOException {
    String user = in.readUTF();
    List<String> rooms = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      rooms.add(in.readUTF());
    }
    List<OpenQuestion> questions = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      Id id = Id.of(in.readUTF());
      String type = in.readUTF();
      long timestamp = in.readLong();
      Payload data = Objects.requireNonNull(BusBytes.payload(in), "data of a question");
      questions.add(
          new OpenQuestion(
              new Question(id, type, timestamp, data),
              in.readInt(),
              Duration.ofMillis(in.readLong())));
    }
    return new MovedSession(user, rooms, questions);
  }

  private static void write(DataOutputStream out, Answer answer) throws IOException {
    out.writeUTF(text(answer.re()));
    out.writeUTF(answer.type());
    BusBytes.payload(out, Payload.json(answer.data()));
    RefusedException refused = answer.refused();
    out.writeBoolean(refused != null);
    if (refused != null) {
      out.writeUTF(refused.code().wire());
      BusBytes.text(out, String.valueOf(refused.getMessage()));
      out.writeBoolean(refused.retryable());
      out.writeInt(refused.details().size());
      for (Map.Entry<String, Object> detail : refused.details().entrySet()) {
        BusBytes.text(out, detail.getKey());
        BusBytes.text(out, detail.getValue().toString());
        out.writeBoolean(detail.getValue() instanceof Long);
      }
    }
  }

  private static Answer readAnswer(DataInputStream in) throws IOException {
    Id re = Id.of(in.readUTF());
    String type = in.readUTF();
    Payload data = BusBytes.payload(in);
    RefusedException refused = in.readBoolean() ? readRefusal(in) : null;
    return new Answer(re, refused, type, data == null ? null : data.json());
  }

  private static RefusedException readRefusal(DataInputStream in) throws IOException {
    ErrorCode code = ErrorCode.of(in.readUTF()).orElse(ErrorCode.INTERNAL);
    String message = BusBytes.text(in);
    boolean retryable = in.readBoolean();
    Map<String, Object> details = new HashMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      String key = BusBytes.text(in);
      String value = BusBytes.text(in);
      details.put(key, in.readBoolean() ? (Object) Long.valueOf(value) : value);
    }
    return new RefusedException(code, message, retryable, details);
  }

  /** The IDs of the server's questions are texts. */
  private static String text(Id id) {
    return Objects.requireNonNull(id.text(), "ID of a question");
  }
}
