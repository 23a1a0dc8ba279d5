package dev.switchboard.transport.netty.frames;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.ArrayList;
import java.util.List;

/** What a reader of frames told, in words; pieces of a binary message are put together. */
final class Events implements FrameReader.Sink {
  final List<String> told = new ArrayList<>();
  private final StringBuilder pieces = new StringBuilder();
  private boolean ended;

  /** Everything told, and what came of a message that is not complete. */
  List<String> all() {
    List<String> all = new ArrayList<>(told);
    all.add("so far " + pieces);
    return all;
  }

  private void tell(String event) {
    if (ended) {
      throw new AssertionError(event + " told after " + told);
    }
    told.add(event);
  }

  @Override
  public void text(ByteBuf view) {
    tell("text " + ByteBufUtil.hexDump(view));
  }

  @Override
  public void binary(ByteBuf view) {
    tell("binary " + ByteBufUtil.hexDump(view));
  }

  @Override
  public void fragment(ByteBuf view, boolean last) {
    pieces.append(ByteBufUtil.hexDump(view));
    if (last) {
      tell("binary " + pieces);
      pieces.setLength(0);
    }
  }

  @Override
  public void ping(ByteBuf view) {
    tell("ping " + ByteBufUtil.hexDump(view));
  }

  @Override
  public void pong(ByteBuf view) {
    tell("pong " + ByteBufUtil.hexDump(view));
  }

  @Override
  public void closing(int code, String reason) {
    tell("closing " + code + " " + reason);
    ended = true;
  }

  @Override
  public void violation(int code, String reason) {
    tell("violation " + code);
    ended = true;
  }

  @Override
  public boolean paused() {
    return false;
  }
}
