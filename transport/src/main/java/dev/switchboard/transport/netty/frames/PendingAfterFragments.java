package dev.switchboard.transport.netty.frames;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;

/**
 * Messages that wait for the end of the one being sent in fragments: RFC 6455 §5.4 lets only
 * control frames between its fragments. Confined to its loop.
 */
final class PendingAfterFragments {
  /** Takes a message over. */
  interface Taker {
    void take(int opcode, ByteBuf payload);
  }

  private record Message(int opcode, ByteBuf payload) {}

  private final boolean text;
  private final boolean compressed;
  private final ArrayDeque<Message> messages = new ArrayDeque<>();
  private long bytes;

  PendingAfterFragments(boolean text, boolean compressed) {
    this.text = text;
    this.compressed = compressed;
  }

  /** Whether the message being sent is compressed. */
  boolean compressed() {
    return compressed;
  }

  /** Whether the message being sent is text. */
  boolean text() {
    return text;
  }

  long bytes() {
    return bytes;
  }

  void add(int opcode, ByteBuf payload) {
    messages.add(new Message(opcode, payload));
    bytes += payload.readableBytes();
  }

  void forEach(Taker taker) {
    messages.forEach(message -> taker.take(message.opcode, message.payload));
    messages.clear();
  }

  void release() {
    messages.forEach(message -> message.payload.release());
    messages.clear();
  }
}
