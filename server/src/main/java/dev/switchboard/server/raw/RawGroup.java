package dev.switchboard.server.raw;

import dev.switchboard.server.handlers.HandlerWatchdog;
import dev.switchboard.server.handlers.RunningTask;
import dev.switchboard.server.limits.Meter;
import dev.switchboard.transport.Prepared;
import dev.switchboard.transport.ReadyState;
import dev.switchboard.transport.WebSocket;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one raw endpoint on one event loop, and the handler that runs there, if
 * handlers run on loops. Confined to the loop, except {@link #waiting} and {@link #send}.
 */
final class RawGroup {
  private final EventLoop loop;
  private final Meter meter;
  private final ArrayList<RawConnection> members = new ArrayList<>();
  private final ArrayList<WebSocket> sockets = new ArrayList<>(); // members' sockets, in order
  private final @Nullable RunningTask runningTask;
  private final AtomicInteger waiting = new AtomicInteger(); // bytes on their way to the loop
  private boolean sending; // whether sendNow() is on the stack

  /**
   * Creates a group without members.
   *
   * @param meter counts sent messages
   * @param watchdog notices handlers that block the loop; null if they run elsewhere
   */
  RawGroup(EventLoop loop, Meter meter, @Nullable HandlerWatchdog watchdog) {
    this.loop = loop;
    this.meter = meter;
    this.runningTask = watchdog == null ? null : watchdog.begin(loop);
  }

  /** A handler of the given peer starts on this loop. */
  void begin(Object peer) {
    if (runningTask != null) {
      runningTask.begin(peer);
    }
  }

  /** The handler has returned. */
  void end() {
    if (runningTask != null) {
      runningTask.end();
    }
  }

  void add(RawConnection one) {
    one.place(members.size());
    members.add(one);
    sockets.add(one.webSocket());
  }

  /**
   * Removes a connection. The last one takes its place, so the cost does not depend on their
   * number.
   */
  void remove(RawConnection one) {
    if (sending) {
      loop.execute(() -> remove(one));
      return;
    }
    RawConnection last = members.removeLast();
    WebSocket lastSocket = sockets.removeLast();
    if (one.place() < members.size()) {
      members.set(one.place(), last);
      sockets.set(one.place(), lastSocket);
      last.place(one.place());
    }
  }

  /** Returns the bytes of messages from other threads that were not sent to the members yet. */
  int waiting() {
    return waiting.get();
  }

  /** Sends a message to all members, immediately if called on the loop. Thread-safe. */
  void send(Prepared message) {
    if (loop.inEventLoop() && !sending) {
      sendNow(message);
      return;
    }
    int length = message.payloadBytes();
    message.retain();
    waiting.addAndGet(length);
    try {
      loop.execute(() -> {
        waiting.addAndGet(-length);
        try {
          sendNow(message);
        } finally {
          message.release();
        }
      });
    } catch (RejectedExecutionException loopHasEnded) { // and with it all its connections
      message.release();
    }
  }

  private void sendNow(Prepared message) {
    sending = true; // a callback of a write may send or close
    try {
      for (int i = 0; i < sockets.size(); i++) {
        WebSocket socket = sockets.get(i);
        if (meter.on() && socket.readyState() == ReadyState.OPEN) {
          meter.sent(message.payloadBytes());
        }
        socket.sendPrepared(message);
      }
    } finally {
      sending = false;
    }
  }
}
