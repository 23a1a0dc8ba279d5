package dev.switchboard.server;

import dev.switchboard.protocol.wire.Encoding;
import dev.switchboard.protocol.wire.Envelope;
import dev.switchboard.protocol.wire.Id;
import dev.switchboard.transport.Overflow;
import dev.switchboard.transport.Prepared;
import dev.switchboard.transport.ReadyState;
import dev.switchboard.transport.StreamedMessage;
import dev.switchboard.transport.WebSocket;
import dev.switchboard.transport.WebSocketListener;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One connection between a client and a server of a {@link SimWorld}: two streams that keep their
 * order, take any time, and may be cut anywhere. What a real connection does at the server's end
 * about its bounds and its close handshake is done here too.
 */
final class SimLink implements WebSocket {
  private static final int HALF_OPEN_MILLIS = 35_000;

  private final SimWorld world;
  private final SimLoop loop;
  private final Far client;
  private final int number;
  private final int maxPending;
  private final int kernel;
  private final Encoding encoding;
  private final Consumer<String> refused;
  private final Map<Id, String> published = new HashMap<>();
  private final Deque<Waiter> waiters = new ArrayDeque<>();
  private final Stream toServer = new Stream();
  private final Stream toClient = new Stream();

  private WebSocketListener listener = new WebSocketListener() {};
  private ReadyState state = ReadyState.OPEN;
  private boolean paused;
  private boolean wantsWritable;
  private boolean told;
  private long sent;
  private long written; // to the kernel, which holds some bytes that the client has not read
  private long read; // by the client, or lost
  private boolean draining;
  private int failure;
  private boolean stalled;
  private boolean broken;
  private @Nullable Runnable whenAsked;

  private record Waiter(long until, Consumer<@Nullable Throwable> done) {}

  /** The client's end. */
  interface Far {
    void received(int link, byte[] text);

    void ponged(int link);

    void closed(int link, int code, boolean clean);
  }

  private sealed interface Frame {
    record Message(byte[] bytes) implements Frame {}

    record Ping() implements Frame {}

    record Pong() implements Frame {}

    record Close(int code) implements Frame {}

    record Lost() implements Frame {}
  }

  /** One direction. */
  private final class Stream implements SimWorld.Actor {
    private final Deque<Frame> frames = new ArrayDeque<>();
    private boolean ended;

    void add(Frame frame) {
      if (!ended) {
        frames.add(frame);
      }
    }

    /** The rest is lost, from a place that is drawn. */
    void cut(boolean noticed) {
      if (!ended) {
        while (!frames.isEmpty() && world.chance(60)) {
          took(frames.removeLast());
        }
        if (noticed) {
          frames.add(new Frame.Lost());
        }
        ended = true;
      }
    }

    private void took(Frame frame) {
      if (this == toClient && frame instanceof Frame.Message message) {
        read += message.bytes.length;
      }
    }

    @Override
    public boolean ready() {
      return !frames.isEmpty() && !(this == toServer ? paused : stalled);
    }

    @Override
    public void act() {
      if (this == toServer) {
        loop.execute(() -> {
          if (ready()) { // unless reading was paused meanwhile
            atServer(frames.remove());
          }
        });
      } else {
        Frame frame = frames.remove();
        took(frame);
        atClient(frame);
        if (written < sent) {
          loop.execute(SimLink.this::drain);
        }
      }
    }
  }

  /**
   * A new connection.
   *
   * @param refused told the message ids of publications that the server refuses
   * @param kernel how many bytes the kernel takes that the client has not read
   */
  SimLink(
      SimWorld world,
      SimLoop loop,
      Far client,
      int number,
      int maxPending,
      int kernel,
      Encoding encoding,
      Consumer<String> refused) {
    this.world = world;
    this.loop = loop;
    this.client = client;
    this.number = number;
    this.maxPending = maxPending;
    this.kernel = kernel;
    this.encoding = encoding;
    this.refused = refused;
    world.add(toServer);
    world.add(toClient);
  }

  /** What listens at the server's end; called on the loop. */
  void listener(WebSocketListener server) {
    listener = server;
  }

  private void atServer(Frame frame) {
    if (state == ReadyState.CLOSED) {
      return;
    }
    switch (frame) {
      case Frame.Message message -> {
        if (state == ReadyState.OPEN && encoding.binary()) {
          listener.onBinary(Unpooled.wrappedBuffer(message.bytes));
        } else if (state == ReadyState.OPEN) {
          listener.onText(Unpooled.wrappedBuffer(message.bytes));
        }
      }
      case Frame.Ping ping -> toClient.add(new Frame.Pong());
      case Frame.Pong pong -> {}
      case Frame.Close close -> {
        if (state == ReadyState.OPEN) {
          toClient.add(new Frame.Close(close.code));
        }
        over(close.code, true);
      }
      case Frame.Lost lost -> over(1006, false);
    }
  }

  private void over(int code, boolean clean) {
    state = ReadyState.CLOSED;
    world.remove(toServer);
    if (!told) {
      told = true;
      listener.onClose(code, "", clean);
    }
    drain();
  }

  private void atClient(Frame frame) {
    switch (frame) {
      case Frame.Message message -> client.received(number, message.bytes);
      case Frame.Ping ping -> {}
      case Frame.Pong pong -> client.ponged(number);
      case Frame.Close close -> {
        client.closed(number, close.code, true);
        toServer.add(new Frame.Close(close.code));
        world.remove(toClient);
      }
      case Frame.Lost lost -> {
        client.closed(number, 1006, false);
        world.remove(toClient);
      }
    }
  }

  // The client's end.

  void say(byte[] message) {
    Envelope said = encoding.read(message);
    if (said.id() != null && said.messageId() != null) {
      published.put(said.id(), said.messageId());
    }
    toServer.add(new Frame.Message(message));
  }

  void sayPing() {
    toServer.add(new Frame.Ping());
  }

  void sayClose(int code) {
    toServer.add(new Frame.Close(code));
  }

  /** The client has ended its socket. */
  void drop() {
    toServer.add(new Frame.Lost());
    world.remove(toClient);
    toClient.frames.clear();
  }

  // Faults.

  /** The connection breaks; one or both ends may only find out by waiting. */
  void cut() {
    toClient.cut(world.chance(70));
    boolean noticed = world.chance(70);
    toServer.cut(noticed);
    if (!noticed) {
      world.after(HALF_OPEN_MILLIS, () -> loop.execute(() -> atServer(new Frame.Lost())));
    }
  }

  /** The server's process is gone. */
  void serverGone() {
    state = ReadyState.CLOSED;
    world.remove(toServer);
    toClient.cut(world.chance(90));
    loop.execute(() -> { // buffers must be given back
      if (!told) {
        told = true;
        listener.onClose(1006, "", false);
      }
    });
  }

  /** Whether the client reads. */
  void stalled(boolean now) {
    stalled = now;
  }

  /** Whatever the server sends throws, as it may when no memory is left. */
  void broken(boolean now) {
    broken = now;
  }

  /** Runs something, once, when another loop gives its own a task: as if it had just before. */
  void whenAsked(Runnable first) {
    whenAsked = first;
  }

  // The server's end.

  @Override
  public void sendText(byte[] utf8) {
    send(utf8);
  }

  @Override
  public void sendBinary(byte[] payload) {
    send(payload);
  }

  private void send(byte[] message) {
    if (broken) {
      throw new IllegalStateException("link: broken by the test");
    }
    if (state != ReadyState.OPEN) {
      return;
    }
    if (pending(message.length) > maxPending) {
      write();
      drainSoon();
      if (sent - written + message.length > maxPending) {
        wantsWritable = true;
        if (listener.onOverflow(message.length) == Overflow.CLOSE) {
          failure = 4008;
          close(failure, "");
        }
        return;
      }
    }
    Envelope told = encoding.read(message);
    String messageId = published.get(told.re());
    if (messageId != null && told.type().equals("error")) {
      refused.accept(messageId);
    }
    sent += message.length;
    toClient.add(new Frame.Message(message));
    drainSoon();
  }

  /** How much would wait with so many bytes more. */
  private long pending(int more) {
    long after = sent - written + more;
    wantsWritable |= after >= maxPending / 2;
    return after;
  }

  /** What the kernel takes leaves in a send already, if there is no room for more. */
  private void write() {
    written = Math.max(written, Math.min(sent, read + kernel));
  }

  private void drainSoon() {
    if (!draining) {
      draining = true;
      loop.atEndOfTurn(this::drain);
    }
  }

  /** Writes, and tells what there is to tell: after a turn of the loop, never inside a send. */
  private void drain() {
    draining = false;
    write();
    while (!waiters.isEmpty() && (told || waiters.element().until <= written)) {
      waiters.remove().done.accept(told ? new ClosedChannelException() : null);
    }
    if (failure != 0 && !told) {
      told = true;
      listener.onClose(failure, "", false);
    }
    if (wantsWritable && sent - written <= maxPending / 4 && state == ReadyState.OPEN) {
      wantsWritable = false;
      listener.onWritable();
    }
  }

  @Override
  public void sendPrepared(Prepared message) {
    ByteBuf frame = message.frame();
    send(
        ByteBufUtil.getBytes(
            frame, frame.readerIndex() + message.headerBytes(), message.payloadBytes()));
  }

  @Override
  public void close(int code, String reason) {
    if (state == ReadyState.OPEN) {
      state = ReadyState.CLOSING;
      paused = false;
      toClient.add(new Frame.Close(code));
      // Who does not answer in time is cut off.
      world.after(5_000, () -> loop.execute(() -> atServer(new Frame.Lost())));
    }
  }

  @Override
  public void terminate() {
    toClient.cut(true);
    over(1006, false);
  }

  @Override
  public long pendingBytes() {
    return pending(0);
  }

  @Override
  public void pauseReading() {
    paused = state == ReadyState.OPEN;
  }

  @Override
  public void resumeReading() {
    paused = false;
  }

  @Override
  public EventLoop eventLoop() {
    return loop;
  }

  @Override
  public void execute(Runnable task) {
    Runnable first = whenAsked;
    if (first != null && !loop.inEventLoop()) {
      whenAsked = null;
      first.run();
    }
    loop.execute(task);
  }

  @Override
  public ReadyState readyState() {
    return state;
  }

  @Override
  public InetSocketAddress remoteAddress() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
  }

  @Override
  public @Nullable String subprotocol() {
    return encoding.binary() ? encoding.subprotocol() : null;
  }

  @Override
  public String extensions() {
    return "";
  }

  @Override
  public void sendText(ByteBuf utf8) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void sendBinary(ByteBuf payload) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void whenWritten(Consumer<@Nullable Throwable> done) {
    if (told) {
      done.accept(new ClosedChannelException());
    } else {
      waiters.add(new Waiter(sent, done));
      drainSoon();
    }
  }

  @Override
  public void send(StreamedMessage message) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void sendPing(byte[] payload) {
    toClient.add(new Frame.Ping());
  }

  @Override
  public void sendPong(byte[] payload) {
    toClient.add(new Frame.Pong());
  }
}
