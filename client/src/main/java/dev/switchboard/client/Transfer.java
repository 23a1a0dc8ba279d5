package dev.switchboard.client;

import dev.switchboard.client.engine.Dispatcher;
import dev.switchboard.client.engine.PendingCommand;
import dev.switchboard.client.engine.Waiting;
import dev.switchboard.client.stream.Upload;
import dev.switchboard.protocol.SwitchboardException;
import dev.switchboard.protocol.UnsentException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongConsumer;

/** A stream or file on its way out as one binary message. Thread-safe. */
public final class Transfer {
  private final Dispatcher dispatcher;
  private final Runnable takeBack;
  private final List<LongConsumer> listeners = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Started> started = new CompletableFuture<>();
  private volatile long sent;

  private record Started(Upload upload, PendingCommand question) {}

  /** One that is not started. {@code takeBack} makes half a message nothing. */
  Transfer(Dispatcher dispatcher, Runnable takeBack) {
    this.dispatcher = dispatcher;
    this.takeBack = takeBack;
  }

  void started(Upload upload, PendingCommand question) {
    started.complete(new Started(upload, question));
  }

  /** What the upload tells it. */
  Upload.Listener listener() {
    return new Upload.Listener() {
      @Override
      public void progressed(long bytes) {
        sent = bytes;
        listeners.forEach(listener -> listener.accept(bytes));
      }

      @Override
      public void failed(UnsentException why) {
        Started present = started.join();
        present.question.failed(why);
        end(present);
      }
    };
  }

  private void end(Started present) {
    present.question.withdraw();
    if (present.upload.begun()) {
      takeBack.run();
    }
  }

  /** How many bytes of it are written to the socket. */
  public long sent() {
    return sent;
  }

  /** Calls a listener, on a virtual thread, with how many bytes are written, after each piece. */
  public Transfer onProgress(LongConsumer listener) {
    listeners.add(listener);
    return this;
  }

  /**
   * Completed when all of it is written. Fails with {@link UnsentException} if that can't be:
   * nobody has got the message then.
   */
  public CompletionStage<Void> done() {
    return Waiting.stage(started.join().question.answer(), written -> Waiting.nothing());
  }

  /**
   * Waits until all of it is written.
   *
   * @throws SwitchboardException as {@link #done} fails
   */
  public void await() {
    Waiting.block(dispatcher, started.join().question);
  }

  /**
   * Gives up. If a part is on the wire, the connection ends and a new one is opened, as half a
   * message can't be taken back.
   */
  public void cancel() {
    Started present = started.join();
    if (!present.question.answer().isDone()) {
      present.upload.cancel();
      end(present);
    }
  }
}
