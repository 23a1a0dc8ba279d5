package dev.switchboard.transport.netty.http;

import dev.switchboard.transport.HttpExchange;
import dev.switchboard.transport.HttpRequest;
import dev.switchboard.transport.HttpResponse;
import dev.switchboard.transport.Upgrade;
import io.netty.channel.EventLoop;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/** A request while its handler works on it. Thread-safe. */
final class Exchange implements HttpExchange {
  private final HttpConnection connection;
  private final RequestHead head;
  private final HttpRequest request;
  private final boolean upgrade;
  private final EventLoop loop;
  private final AtomicBoolean answered = new AtomicBoolean();

  Exchange(
      HttpConnection connection,
      RequestHead head,
      HttpRequest request,
      boolean upgrade,
      EventLoop loop) {
    this.connection = connection;
    this.head = head;
    this.request = request;
    this.upgrade = upgrade;
    this.loop = loop;
  }

  @Override
  public HttpRequest request() {
    return request;
  }

  @Override
  public boolean isUpgrade() {
    return upgrade;
  }

  @Override
  public void respond(HttpResponse response) {
    once();
    onLoop(() -> connection.answer(head, response), () -> {});
  }

  @Override
  public void accept(Upgrade terms) {
    if (!upgrade) {
      throw new IllegalStateException("request: no WebSocket handshake (expected: isUpgrade)");
    }
    String chosen = terms.subprotocol();
    if (chosen != null && !UpgradeRules.subprotocols(head.headers()).contains(chosen)) {
      throw new IllegalArgumentException(
          "subprotocol: " + chosen + " (expected: one that was offered)");
    }
    once();
    onLoop(() -> connection.upgrade(request, terms), terms.abandoned());
  }

  /** Answers 500, as the handler threw. */
  void failed() {
    if (answered.compareAndSet(false, true)) {
      connection.answer(head, HttpResponse.text(500, "internal error\n"));
    }
  }

  @Override
  public EventLoop eventLoop() {
    return loop;
  }

  private void once() {
    if (!answered.compareAndSet(false, true)) {
      throw new IllegalStateException("request: answered before (expected: one answer)");
    }
  }

  private void onLoop(Runnable task, Runnable abandoned) {
    if (loop.inEventLoop()) {
      task.run();
      return;
    }
    try {
      loop.execute(task);
    } catch (RejectedExecutionException loopHasEnded) {
      // The connection has ended with the loop; nobody waits for an answer.
      abandoned.run();
    }
  }
}
