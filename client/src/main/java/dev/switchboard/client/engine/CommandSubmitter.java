package dev.switchboard.client.engine;

import dev.switchboard.client.outbox.OutboxWriter;
import dev.switchboard.client.outbox.QueueGate;
import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.SwitchboardException;
import dev.switchboard.protocol.UnsentException;
import dev.switchboard.protocol.client.Answer;
import dev.switchboard.protocol.client.ClientSession;
import dev.switchboard.protocol.client.Command;
import dev.switchboard.protocol.client.QueueState;
import dev.switchboard.protocol.client.Report;
import dev.switchboard.protocol.client.SessionState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The way from a user's thread to the session: through the gate if the queue may be full, and the
 * outbox if there is one. Thread-safe.
 */
public final class CommandSubmitter {
  private final Engine engine;
  private final EngineOptions options;
  private final Dispatcher dispatcher;
  private final @Nullable QueueGate gate;
  private final @Nullable OutboxWriter outgoing;

  CommandSubmitter(Engine engine, EngineOptions options, Dispatcher dispatcher) {
    this.engine = engine;
    this.options = options;
    this.dispatcher = dispatcher;
    EngineOptions.Queue queue = options.queue();
    Path outbox = queue.outbox();
    QueueGate entrance = new QueueGate(queue.messages(), queue.bytes());
    this.gate = queue.gated() ? entrance : null;
    this.outgoing = outbox == null ? null : OutboxWriter.open(outbox, engine, entrance);
  }

  /**
   * Asks the server. The future completes on the loop: it is not for users.
   *
   * @param timeout as for {@link dev.switchboard.protocol.client.Conversation#ask}
   */
  public PendingCommand ask(Command ask, Object unsent, long timeout) {
    PendingCommand asked = new PendingCommand(engine, unsent);
    if (engine.ending()) {
      asked.failed(UnsentException.closed(unsent));
      return asked;
    }
    try {
      passGate(asked, ask, timeout);
    } catch (UnsentException refused) {
      asked.failed(refused);
      return asked;
    }
    if (outgoing != null && ask instanceof Command.Publish publish) {
      asked.kept(timeout == 0 ? options.settings().requestTimeout() : Long.MAX_VALUE);
      outgoing.store(publish, asked);
    } else if (!engine.input(machine -> put(machine, ask, timeout, asked))) {
      asked.failed(UnsentException.closed(unsent));
    }
    return asked;
  }

  /** Asks without waiting for the answer: tells the user if it is a bad one. */
  public PendingCommand enqueue(Command.Publish ask, Object unsent) {
    PendingCommand asked = ask(ask, unsent, -1);
    if (outgoing == null) { // otherwise told anyway
      CompletionStage<?> unused =
          asked
              .answer()
              .whenComplete((answer, failure) -> {
                if (failure instanceof SwitchboardException why
                    && asked.acceptance().getNow(false)) {
                  engine.input(machine -> engine.report(new Report.Undelivered(ask, why)));
                }
              });
    }
    return asked;
  }

  private void put(ClientSession machine, Command ask, long timeout, PendingCommand asked) {
    if (!asked.answer().isDone()) {
      try {
        asked.queued(machine.conversation().ask(engine.now(), ask, asked.unsent(), timeout, asked));
      } catch (UnsentException refused) {
        asked.failed(refused);
      }
    }
  }

  private void passGate(PendingCommand asked, Command ask, long timeout) {
    QueueGate present = gate;
    if (present != null && ask.message()) {
      int size = ask.bytes();
      boolean handler = dispatcher.waiting();
      try {
        present.enter(size, patience(timeout, handler), asked.unsent());
      } finally {
        dispatcher.waited(handler);
      }
      asked.through(present, size);
    }
  }

  private long patience(long timeout, boolean handler) {
    if (!options.queue().blocking()) {
      return 0;
    }
    return timeout < 0 && !handler ? Long.MAX_VALUE : options.settings().requestTimeout();
  }

  /**
   * Sends something that is worth nothing later.
   *
   * @throws UnsentException if the server would not take so much
   */
  public void fleeting(String type, @Nullable Address address, byte[] data, Object unsent) {
    if (engine.state() == SessionState.OPEN) {
      engine.limit().requireFleeting(type, address, data, unsent);
      engine.input(machine -> {
        try {
          machine.conversation().fleeting(type, address, data);
        } catch (UnsentException smallerLimitNow) {
          engine.report(new Report.Failed(smallerLimitNow));
        }
      });
    }
  }

  /** How full the queue is. Not for the loop. */
  public QueueState queue() {
    QueueState now =
        engine.read(
            new QueueState(0, 0, 0, false, 0),
            machine -> machine.conversation().queue(engine.now()));
    return gate == null
        ? now
        : new QueueState(now.waiting(), now.onTheWay(), now.bytes(), gate.full(), now.oldest());
  }

  /**
   * Sends what only waits for others to go with. The future completes on the loop when all that was
   * said before has its answer, or failed.
   */
  public CompletableFuture<Boolean> flush() {
    List<CompletableFuture<?>> ends = new ArrayList<>();
    if (outgoing != null) {
      ends.addAll(outgoing.ends());
    }
    ends.addAll(engine.read(List.of(), CommandSubmitter::flushed));
    CompletableFuture<?>[] settled =
        ends.stream()
            .map(answer -> answer.handle((done, failure) -> true))
            .toArray(CompletableFuture[]::new);
    return CompletableFuture.allOf(settled).thenApply(done -> true);
  }

  private static List<CompletableFuture<Answer>> flushed(ClientSession machine) {
    return machine.conversation().flush().stream()
        .filter(PendingCommand.class::isInstance)
        .map(outcome -> ((PendingCommand) outcome).answer())
        .toList();
  }

  /** The client is ending: nobody needs to wait for room any more. */
  void end() {
    if (gate != null) {
      gate.close();
    }
  }

  /** Gives the outbox back. */
  void close() {
    if (outgoing != null) {
      outgoing.close();
    }
  }
}
