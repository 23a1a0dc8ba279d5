package dev.switchboard.client.engine;

import dev.switchboard.protocol.ConnectFailedException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Requests tokens from the user's supplier, on virtual threads. The session makes sure that there
 * is one request at a time, and bounds how long it takes. Confined to the loop.
 */
final class TokenRequests {
  private final Engine engine;
  private final @Nullable Callable<? extends CompletionStage<String>> supplier;

  /** The latest request; null if it was cancelled or there was none. */
  private @Nullable Request last;

  TokenRequests(Engine engine, @Nullable Callable<? extends CompletionStage<String>> supplier) {
    this.engine = engine;
    this.supplier = supplier;
  }

  void ask(int number) {
    if (supplier == null) {
      throw new IllegalStateException("token: no supplier (expected: one, as tokens are used)");
    }
    Request request = new Request(number, supplier);
    last = request;
    request.thread.start();
  }

  /** Cancels the latest request; its result is ignored. */
  void cancel() {
    Request request = last;
    last = null;
    if (request != null) {
      request.cancel();
    }
  }

  private final class Request {
    private final int number;
    private final Callable<? extends CompletionStage<String>> supplier;
    private final Thread thread;

    /** Whether the supplier has returned, after which its thread is not interrupted. */
    private volatile boolean returned;

    Request(int number, Callable<? extends CompletionStage<String>> supplier) {
      this.number = number;
      this.supplier = supplier;
      this.thread = Thread.ofVirtual().name("switchboard-token").unstarted(this::run);
    }

    private void run() {
      try {
        CompletionStage<String> stage = supplier.call();
        returned = true;
        if (stage == null) {
          failed(new NullPointerException("the supplier returned null"));
          return;
        }
        CompletionStage<?> unused = stage.whenComplete(this::completed);
      } catch (Throwable thrown) { // users' code: whatever it is, there is no token
        failed(thrown);
      }
    }

    private void completed(@Nullable String token, @Nullable Throwable failure) {
      if (failure != null) {
        failed(Waiting.cause(failure));
      } else if (token == null) {
        failed(new NullPointerException("the supplier's token is null"));
      } else {
        engine.input(session -> session.token(engine.now(), number, token));
      }
    }

    private void failed(Throwable why) {
      ConnectFailedException failure =
          why instanceof ConnectFailedException known // who supplies it has asked a server
              ? new ConnectFailedException(
                  "token: " + Redaction.words(String.valueOf(known.getMessage())),
                  known.status(),
                  known.retryable(),
                  known)
              : new ConnectFailedException(
                  "token: " + Redaction.words(why.toString()), 0, true, why);
      engine.input(session -> session.noToken(engine.now(), number, failure));
    }

    void cancel() {
      if (!returned) {
        thread.interrupt();
      }
    }
  }
}
