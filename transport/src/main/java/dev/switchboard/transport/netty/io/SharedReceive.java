package dev.switchboard.transport.netty.io;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

/**
 * Lets all plain connections of a loop read into the same buffer, once per event. For transports
 * that read when the socket is ready (epoll, NIO), and for handlers that are done with the bytes
 * when the call returns, or else keep a reference.
 */
final class SharedReceive implements RecvByteBufAllocator {
  /** The instance for all channels. */
  static final SharedReceive INSTANCE = new SharedReceive();

  private SharedReceive() {}

  @Override
  public ExtendedHandle newHandle() {
    return new Once();
  }

  private static final class Once implements ExtendedHandle {
    /** The size of the last read attempt. */
    private int attempted;

    /** The number of bytes that the last read brought. */
    private int last;

    @Override
    public ByteBuf allocate(ByteBufAllocator unused) {
      LoopState state = LoopState.current();
      return state == null ? unused.directBuffer(LoopState.SHARED_BYTES) : state.receiveBuffer();
    }

    @Override
    public int guess() {
      return LoopState.SHARED_BYTES;
    }

    @Override
    public void reset(ChannelConfig config) {
      last = 0;
    }

    @Override
    public void incMessagesRead(int messages) {}

    @Override
    public void lastBytesRead(int bytes) {
      last = bytes;
    }

    @Override
    public int lastBytesRead() {
      return last;
    }

    @Override
    public void attemptedBytesRead(int bytes) {
      attempted = bytes;
    }

    @Override
    public int attemptedBytesRead() {
      return attempted;
    }

    @Override
    public boolean continueReading() {
      return false;
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier moreData) {
      return false;
    }

    @Override
    public void readComplete() {}
  }
}
