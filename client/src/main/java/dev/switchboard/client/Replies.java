package dev.switchboard.client;

import dev.switchboard.client.engine.Dispatcher;
import dev.switchboard.client.engine.Engine;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.MessageType;
import dev.switchboard.protocol.Payload;
import dev.switchboard.protocol.Protocol;
import dev.switchboard.protocol.Request;
import dev.switchboard.protocol.client.Report;
import dev.switchboard.protocol.wire.Draft;
import dev.switchboard.protocol.wire.Id;
import dev.switchboard.protocol.wire.Refusal;
import dev.switchboard.protocol.wire.ServerMessages;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers the server's requests. Thread-safe. */
final class Replies<M> {
  private static final Logger LOG = LoggerFactory.getLogger(Replies.class);

  private interface Handling {
    Draft answer(Id id, @Nullable Payload data) throws Exception;
  }

  private final Protocol<M> protocol;
  private final Dispatcher dispatcher;
  private final Engine engine;
  private final Map<String, Handling> handlers = new ConcurrentHashMap<>();

  Replies(Protocol<M> protocol, Dispatcher dispatcher, Engine engine) {
    this.protocol = protocol;
    this.dispatcher = dispatcher;
    this.engine = engine;
  }

  <R extends Record, T extends Request<R>> Subscription add(
      Class<T> requestClass, Client.Replier<? super T, ? extends R> replier) {
    MessageType<T> type = protocol.type(requestClass);
    Handling handling =
        (id, data) -> {
          R reply = Objects.requireNonNull(replier.reply(protocol.decode(type, data)), "reply");
          return ServerMessages.reply(id, protocol.typeOf(reply).name(), protocol.payload(reply));
        };
    if (handlers.putIfAbsent(type.name(), handling) != null) {
      throw new IllegalStateException(
          type.name() + ": already has a replier (expected: close its subscription first)");
    }
    return () -> handlers.remove(type.name(), handling);
  }

  /** On the loop. */
  void asked(Report.Question question) {
    Payload data = question.envelope().payload();
    dispatcher.submit(() -> answer(question), data == null ? 0 : data.bytes().length);
  }

  private void answer(Report.Question question) {
    Id id = question.id();
    String type = question.envelope().type();
    Handling handling = handlers.get(type);
    Draft answer;
    if (handling == null) {
      answer =
          ServerMessages.error(
              Refusal.of(id, ErrorCode.UNKNOWN_TYPE, "type: " + type + " has no replier here"));
    } else {
      try {
        answer = handling.answer(id, question.envelope().payload());
      } catch (Throwable failure) { // users' code: whatever it throws is answered
        Refusal refusal = Refusal.of(id, failure);
        if (refusal.code() == ErrorCode.INTERNAL) {
          LOG.error("the replier for requests of type {} failed", type, failure);
        }
        answer = ServerMessages.error(refusal);
      }
    }
    Draft said = answer;
    engine.input(session -> session.conversation().reply(id, said));
  }
}
