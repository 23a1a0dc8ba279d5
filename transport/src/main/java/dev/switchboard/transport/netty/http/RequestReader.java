package dev.switchboard.transport.netty.http;

import dev.switchboard.transport.HttpLimits;
import dev.switchboard.transport.netty.io.RecentStrings;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Reads one connection's requests, each a head and the body that it announces, in bytes that arrive
 * in pieces. Confined to its loop.
 */
final class RequestReader {
  private final HttpLimits limits;
  private final HeadScanner scanner;
  private @Nullable RequestHead head; // of the request being read or answered
  private @Nullable BodyReader body; // while there is one to be read
  private boolean served; // whether there was a head before

  RequestReader(HttpLimits limits) {
    this.limits = limits;
    this.scanner = new HeadScanner(limits.maxHeadBytes());
  }

  /** Whether the next byte begins a head, and not the connection's first. */
  boolean beginsAnew() {
    return served && scanner.untouched();
  }

  /** Whether a head or a body has begun that is not all there. */
  boolean isHalf() {
    return body != null || !scanner.untouched();
  }

  /** The head of the request being read or answered, or null. */
  @Nullable RequestHead head() {
    return head;
  }

  /**
   * Takes a head off the bytes; null if it is not all there.
   *
   * @throws Refusal if it is none
   */
  @Nullable RequestHead readHead(ByteBuf in, RecentStrings recent) {
    String text = scanner.take(in);
    if (text == null) {
      return null;
    }
    RequestHead parsed = RequestHead.parse(text, recent);
    head = parsed;
    served = true;
    return parsed;
  }

  /**
   * What follows is the head's body.
   *
   * @param length as {@link RequestHead#bodyLength}
   * @throws Refusal if it is too long
   */
  void startBody(long length) {
    body = new BodyReader(length, limits.maxBodyBytes());
  }

  /**
   * Takes what there is of the body off the bytes; null if it is not all there.
   *
   * @throws Refusal if it is too long, or its chunks are malformed
   */
  byte @Nullable [] readBody(ByteBuf in) {
    BodyReader reading = body;
    if (reading == null || !reading.read(in)) {
      return null;
    }
    body = null;
    return reading.body();
  }

  /** The request has been answered. */
  void answered() {
    head = null;
  }
}
