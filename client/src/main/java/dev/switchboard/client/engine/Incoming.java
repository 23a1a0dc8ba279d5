package dev.switchboard.client.engine;

import dev.switchboard.transport.WebSocketListener;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/** Passes on what one numbered connection receives. Confined to the loop. */
final class Incoming implements WebSocketListener {
  private final Engine engine;
  private final Traffic traffic;
  private final int number;
  private final boolean pieces;

  Incoming(Engine engine, Traffic traffic, int number, boolean pieces) {
    this.engine = engine;
    this.traffic = traffic;
    this.number = number;
    this.pieces = pieces;
  }

  @Override
  public void onText(ByteBuf view) {
    received(view, false);
  }

  @Override
  public void onBinary(ByteBuf view) {
    received(view, true);
  }

  private void received(ByteBuf view, boolean binary) {
    byte[] message = ByteBufUtil.getBytes(view);
    traffic.received(!binary, message);
    engine.enter(session -> session.received(engine.now(), number, binary, message));
  }

  @Override
  public boolean wantsFragments() {
    return pieces;
  }

  @Override
  public void onFragment(ByteBuf view, boolean last) {
    byte[] piece = ByteBufUtil.getBytes(view);
    traffic.receivedPiece(piece.length, last);
    engine.enter(session -> session.receivedPiece(engine.now(), number, piece, last));
  }

  @Override
  public void onPing(ByteBuf view) {
    traffic.note("< ping");
    engine.enter(session -> session.heard(engine.now(), number));
  }

  @Override
  public void onPong(ByteBuf view) {
    traffic.note("< pong");
    engine.enter(session -> session.ponged(engine.now(), number));
  }

  @Override
  public void onEnding(Runnable end) {
    engine.ending(number, end);
  }

  @Override
  public void onClose(int code, String reason, boolean clean) {
    traffic.note("< close " + code + (clean ? " clean " : " unclean ") + reason);
    engine.enter(session -> session.closed(engine.now(), number, code, reason, clean));
  }
}
