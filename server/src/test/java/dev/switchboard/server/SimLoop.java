package dev.switchboard.server;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.AbstractEventExecutor;
import io.netty.util.concurrent.Future;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/** An event loop of a {@link SimWorld}: runs a task when it is its turn. */
final class SimLoop extends AbstractEventExecutor implements EventLoop, SimWorld.Actor {
  private final SimWorld.Queue tasks = new SimWorld.Queue();
  private final Deque<Runnable> ends = new ArrayDeque<>();
  private boolean running;

  @Override
  public boolean ready() {
    return tasks.ready();
  }

  @Override
  public void act() {
    running = true;
    try {
      tasks.act();
      for (Runnable end = ends.poll(); end != null; end = ends.poll()) {
        end.run();
      }
    } finally {
      running = false;
    }
  }

  /** Runs something when the task that is under way is over. */
  void atEndOfTurn(Runnable end) {
    ends.add(end);
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
  }

  @Override
  public boolean inEventLoop(Thread thread) {
    return running;
  }

  @Override
  public EventLoop next() {
    return this;
  }

  @Override
  public EventLoopGroup parent() {
    return this;
  }

  @Override
  public boolean isShuttingDown() {
    return false;
  }

  @Override
  public boolean isShutdown() {
    return false;
  }

  @Override
  public boolean isTerminated() {
    return false;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return false;
  }

  @Override
  public Future<?> shutdownGracefully(long quietPeriod, long timeout, TimeUnit unit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Future<?> terminationFuture() {
    throw new UnsupportedOperationException();
  }

  @Override
  @Deprecated
  public void shutdown() {
    throw new UnsupportedOperationException();
  }

  @Override
  public ChannelFuture register(Channel channel) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ChannelFuture register(ChannelPromise promise) {
    throw new UnsupportedOperationException();
  }

  @Override
  @Deprecated
  public ChannelFuture register(Channel channel, ChannelPromise promise) {
    throw new UnsupportedOperationException();
  }
}
