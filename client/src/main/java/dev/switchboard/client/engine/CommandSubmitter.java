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
 * Takes commands from users' threads to the session: through the gate, if threads may have to wait
 * for room, and through the outbox, if there is one. Thread-safe.
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
   * Submits a command. Its future completes on the loop, so it must not be given to users.
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

  /**
   * Submits a publication whose answer nobody waits for. Reports it if it will not be delivered.
   */
  public PendingCommand enqueue(Command.Publish ask, Object unsent) {
    PendingCommand asked = ask(ask, unsent, -1);
    if (outgoing == null) { // an outbox reports it itself
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
   * Sends a fleeting message if there is a connection.
   *
   * @throws UnsentException if it exceeds the server's size limit
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

  /** Returns how full the queue is. Must not be called on the loop. */
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
   * Sends messages that wait for a batch to fill. The future completes on the loop once all earlier
   * messages have been answered or have failed.
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

  /** The client is closing, so no thread needs to wait for room any more. */
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
