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

/** A stream or file that is being sent as one binary message. Thread-safe. */
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

  /** Returns the number of bytes written to the socket. */
  public long sent() {
    return message.sent();
  }

  /**
   * Calls a listener after each piece with the number of bytes written so far, on a virtual thread.
   */
  public Transfer onProgress(LongConsumer listener) {
    message.onProgress((total, piece) -> listener.accept(total));
    return this;
  }

  /**
   * Completes when the whole message is written. Fails with {@link UnsentException} if it can't be;
   * then nobody has received it.
   */
  public CompletionStage<Void> done() {
    return Waiting.stage(question.answer(), written -> Waiting.nothing());
  }

  /**
   * Blocks until the whole message is written.
   *
   * @throws SwitchboardException as {@link #done} fails
   */
  public void await() {
    Waiting.block(dispatcher, question);
  }

  /**
   * Cancels the message. If a part was sent, the connection is closed and a new one opened, because
   * half a message can't be taken back.
   */
  public void cancel() {
    message.cancel();
  }
}
