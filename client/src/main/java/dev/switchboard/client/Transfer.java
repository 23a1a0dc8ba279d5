package dev.switchboard.client;

import dev.switchboard.client.engine.Dispatcher;
import dev.switchboard.client.engine.PendingCommand;
import dev.switchboard.client.engine.Waiting;
import dev.switchboard.protocol.SwitchboardException;
import dev.switchboard.protocol.UnsentException;
import dev.switchboard.transport.StreamedMessage;
import java.util.concurrent.CompletionStage;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** A stream or file on its way out as one binary message. Thread-safe. */
public final class Transfer {
  private final Dispatcher dispatcher;
  private final StreamedMessage message;
  private final PendingCommand question;

  Transfer(Dispatcher dispatcher, StreamedMessage message, PendingCommand question) {
    this.dispatcher = dispatcher;
    this.message = message;
    this.question = question;
    var unusedMessage = message.done().whenComplete((nothing, failure) -> ended(failure));
    var unusedAnswer =
        question.answer().whenComplete((nothing, failure) -> message.withdraw("withdrawn"));
  }

  private void ended(@Nullable Throwable failure) {
    if (failure != null) {
      if (Waiting.unwrapped(failure) instanceof UnsentException unsent) {
        question.failed(unsent);
      }
      question.withdraw(); // from the queue, too
    }
  }

  /** How many bytes of it are written to the socket. */
  public long sent() {
    return message.sent();
  }

  /** Calls a listener, on a virtual thread, with how many bytes are written, after each piece. */
  public Transfer onProgress(LongConsumer listener) {
    message.onProgress((total, piece) -> listener.accept(total));
    return this;
  }

  /**
   * Completed when all of it is written. Fails with {@link UnsentException} if that can't be:
   * nobody has got the message then.
   */
  public CompletionStage<Void> done() {
    return Waiting.stage(question.answer(), written -> Waiting.nothing());
  }

  /**
   * Waits until all of it is written.
   *
   * @throws SwitchboardException as {@link #done} fails
   */
  public void await() {
    Waiting.block(dispatcher, question);
  }

  /**
   * Gives up. If a part is on the wire, the connection ends and a new one is opened, as half a
   * message can't be taken back.
   */
  public void cancel() {
    message.cancel();
  }
}
