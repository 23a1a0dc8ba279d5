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
 * The connections of one raw endpoint on one event loop, and what their handlers do there if that
 * is where they run. Confined to the loop, but for {@link #waiting} and {@link #send}.
 */
final class RawGroup {
  private final EventLoop loop;
  private final Meter meter;
  private final ArrayList<RawConnection> members = new ArrayList<>();
  private final ArrayList<WebSocket> sockets = new ArrayList<>(); // theirs, at the same places
  private final @Nullable RunningTask runningTask;
  private final AtomicInteger waiting = new AtomicInteger(); // bytes on their way to the loop
  private boolean sending;

  /**
   * A group without members.
   *
   * @param meter counts what is sent
   * @param watchdog notices handlers that keep the loop; null if they run elsewhere
   */
  RawGroup(EventLoop loop, Meter meter, @Nullable HandlerWatchdog watchdog) {
    this.loop = loop;
    this.meter = meter;
    this.runningTask = watchdog == null ? null : watchdog.begin(loop);
  }

  /** A handler of that connection begins here. */
  void begin(Object peer) {
    if (runningTask != null) {
      runningTask.begin(peer);
    }
  }

  /** A handler has returned. */
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

  /** The last one takes its place, so that it costs the same however many there are. */
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

  /** Bytes of messages that other threads gave and that are not handed out yet. */
  int waiting() {
    return waiting.get();
  }

  /** Sends to all who are here when its turn comes, at once if this is the loop. */
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
    sending = true; // whoever is told of a write may send or close
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
