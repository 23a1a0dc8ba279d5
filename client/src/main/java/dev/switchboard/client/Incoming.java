package dev.switchboard.client;

import dev.switchboard.transport.WebSocketListener;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/** What one connection brings, with its number. Confined to the loop. */
final class Incoming implements WebSocketListener {
  private final Engine engine;
  private final int number;
  private final boolean pieces;

  Incoming(Engine engine, int number, boolean pieces) {
    this.engine = engine;
    this.pieces = pieces;
    this.number = number;
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
    engine.traffic().received(!binary, message);
    engine.enter(session -> session.received(Engine.now(), number, binary, message));
  }

  @Override
  public boolean wantsFragments() {
    return pieces;
  }

  @Override
  public void onFragment(ByteBuf view, boolean last) {
    byte[] piece = ByteBufUtil.getBytes(view);
    engine.traffic().receivedPiece(piece.length, last);
    engine.enter(session -> session.receivedPiece(Engine.now(), number, piece, last));
  }

  @Override
  public void onPing(ByteBuf view) {
    engine.traffic().note("< ping");
    engine.enter(session -> session.heard(Engine.now(), number));
  }

  @Override
  public void onPong(ByteBuf view) {
    engine.traffic().note("< pong");
    engine.enter(session -> session.ponged(Engine.now(), number));
  }

  @Override
  public void onClose(int code, String reason, boolean clean) {
    engine.traffic().note("< close " + code + (clean ? " clean " : " unclean ") + reason);
    engine.enter(session -> session.closed(Engine.now(), number, code, reason, clean));
  }
}
