package dev.switchboard.testkit;

import dev.switchboard.transport.Prepared;
import dev.switchboard.transport.ReadyState;
import dev.switchboard.transport.StreamedMessage;
import dev.switchboard.transport.WebSocket;
import dev.switchboard.transport.WebSocketListener;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One end of a connection in memory. What it sends arrives at the other end immediately and in
 * order. It does what a real connection does by itself: it answers pings and closes, and drops an
 * unanswered close after 5 s. Confined to the loop, except where marked thread-safe.
 */
final class MemorySocket implements WebSocket {
  static final InetSocketAddress ADDRESS =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);

  private static final long CLOSE_MILLIS = 5_000;

  private final MemoryLoop loop;
  private final @Nullable String subprotocol;
  private final Queue<Runnable> unread = new ArrayDeque<>(); // what arrived while paused
  private final Queue<Runnable> behind = new ArrayDeque<>(); // sent while a stream is read
  private WebSocketListener listener = new WebSocketListener() {}; // set once, after joining
  private MemorySocket other = this; // the other end, once joined
  private volatile ReadyState state = ReadyState.OPEN; // written on the loop
  private boolean paused; // whether reading is paused
  private @Nullable StreamedMessage streaming; // the stream that is being read

  MemorySocket(MemoryLoop loop, @Nullable String subprotocol) {
    this.loop = loop;
    this.subprotocol = subprotocol;
  }

  /** Joins it to the other end. */
  void join(MemorySocket far) {
    other = far;
    far.other = this;
  }

  /** Sets what receives incoming messages. */
  void listener(WebSocketListener own) {
    listener = own;
  }

  /** Delivers something that arrives, or queues it while reading is paused. */
  private void arrive(Runnable what) {
    loop.execute(() -> {
      if (paused) {
        unread.add(what);
      } else {
        what.run();
      }
    });
  }

  private void message(boolean text, byte[] payload) {
    if (streaming != null) {
      behind.add(() -> message(text, payload));
    } else if (state == ReadyState.OPEN) {
      MemorySocket far = other;
      far.arrive(() -> far.heard(text, payload));
    }
  }

  private void heard(boolean text, byte[] payload) {
    if (state == ReadyState.OPEN) {
      ByteBuf view = Unpooled.wrappedBuffer(payload);
      if (text) {
        listener.onText(view);
      } else if (listener.wantsFragments()) {
        listener.onFragment(view, true);
      } else {
        listener.onBinary(view);
      }
    }
  }

  private void pinged(byte[] payload) {
    if (state == ReadyState.OPEN) {
      listener.onPing(Unpooled.wrappedBuffer(payload));
      sendPong(payload);
    }
  }

  private void ended(int code, String reason, boolean clean) {
    if (state != ReadyState.CLOSED) {
      state = ReadyState.CLOSED;
      unread.clear();
      if (streaming != null) {
        streaming.unsent("connection: lost before the message was written");
      }
      listener.onClose(code, reason, clean);
    }
  }

  private void closedByOther(int code, String reason) {
    boolean answers = state == ReadyState.OPEN;
    ended(code, reason, true);
    if (answers) {
      MemorySocket far = other;
      far.arrive(() -> far.ended(code, reason, true));
    }
  }

  @Override
  public void sendText(byte[] utf8) {
    message(true, utf8);
  }

  @Override
  public void sendText(ByteBuf utf8) {
    message(true, taken(utf8));
  }

  @Override
  public void sendBinary(byte[] payload) {
    message(false, payload);
  }

  @Override
  public void sendBinary(ByteBuf payload) {
    message(false, taken(payload));
  }

  private static byte[] taken(ByteBuf buffer) {
    byte[] bytes = ByteBufUtil.getBytes(buffer);
    buffer.release();
    return bytes;
  }

  @Override
  public void send(StreamedMessage message) {
    if (streaming != null) {
      behind.add(() -> send(message));
    } else if (state != ReadyState.OPEN) {
      message.unsent("connection: " + state + " (expected: OPEN)");
    } else {
      ByteArrayOutputStream whole = new ByteArrayOutputStream();
      streaming = message;
      var unused =
          message
              .done()
              .whenComplete((nothing, failure) -> execute(() -> streamed(message, whole)));
      boolean started =
          message.start(
              (piece, last) -> whole.write(piece.array(), piece.arrayOffset(), piece.remaining()));
      if (!started) {
        streaming = null; // it was given up before
      }
    }
  }

  /** A stream is over; what was sent behind it goes now. */
  private void streamed(StreamedMessage message, ByteArrayOutputStream whole) {
    if (!message.equals(streaming)) {
      return;
    }
    streaming = null;
    if (message.half()) {
      close(1011, "a stream was cut short");
    } else if (!message.done().toCompletableFuture().isCompletedExceptionally()) {
      message(message.text(), whole.toByteArray());
    }
    while (streaming == null && !behind.isEmpty()) {
      behind.remove().run();
    }
  }

  @Override
  public void sendPrepared(Prepared message) {
    ByteBuf frame = message.frame();
    sendText(
        ByteBufUtil.getBytes(
            frame, frame.readerIndex() + message.headerBytes(), message.payloadBytes()));
  }

  @Override
  public void whenWritten(Consumer<@Nullable Throwable> done) {
    if (streaming != null) {
      behind.add(() -> whenWritten(done));
    } else {
      loop.execute(() -> done.accept(null));
    }
  }

  @Override
  public void sendPing(byte[] payload) {
    if (state == ReadyState.OPEN) {
      MemorySocket far = other;
      far.arrive(() -> far.pinged(payload));
    }
  }

  @Override
  public void sendPong(byte[] payload) {
    if (state == ReadyState.OPEN) {
      MemorySocket far = other;
      far.arrive(() -> {
        if (far.state == ReadyState.OPEN) {
          far.listener.onPong(Unpooled.wrappedBuffer(payload));
        }
      });
    }
  }

  @Override
  public void close(int code, String reason) {
    if (state == ReadyState.OPEN) {
      state = ReadyState.CLOSING;
      MemorySocket far = other;
      far.arrive(() -> far.closedByOther(code, reason));
      Runnable unused = loop.schedule(this::terminate, CLOSE_MILLIS);
    }
  }

  @Override
  public void terminate() {
    if (state != ReadyState.CLOSED) {
      MemorySocket far = other;
      far.arrive(() -> far.ended(1006, "", false));
      ended(1006, "", false);
    }
  }

  @Override
  public void pauseReading() {
    paused = true;
  }

  @Override
  public void resumeReading() {
    paused = false;
    while (!paused && !unread.isEmpty()) {
      unread.remove().run();
    }
  }

  @Override
  public void execute(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException ended) {
      // Dropped, as the interface specifies.
    }
  }

  @Override
  public long pendingBytes() {
    return streaming == null ? 0 : streaming.pieceBytes();
  }

  @Override
  public ReadyState readyState() {
    return state;
  }

  @Override
  public @Nullable String subprotocol() {
    return subprotocol;
  }

  @Override
  public String extensions() {
    return "";
  }

  @Override
  public InetSocketAddress remoteAddress() {
    return ADDRESS;
  }

  @Override
  public EventLoop eventLoop() {
    throw new UnsupportedOperationException("there is none in memory");
  }
}
