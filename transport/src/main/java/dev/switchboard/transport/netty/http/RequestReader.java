package dev.switchboard.transport.netty.http;

import dev.switchboard.transport.HttpLimits;
import dev.switchboard.transport.netty.io.RecentStrings;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Parses a connection's requests, each a head and the body it announces, from bytes that arrive in
 * pieces. Confined to its loop.
 */
final class RequestReader {
  private final HttpLimits limits;
  private final HeadScanner scanner;
  private @Nullable RequestHead head; // of the request being read or answered
  private @Nullable BodyReader body; // while a body is being read
  private boolean served; // whether there was a head before

  RequestReader(HttpLimits limits) {
    this.limits = limits;
    this.scanner = new HeadScanner(limits.maxHeadBytes());
  }

  /** Whether the next byte begins a head other than the connection's first. */
  boolean beginsAnew() {
    return served && scanner.untouched();
  }

  /** Whether a head or a body has begun and is not complete. */
  boolean isHalf() {
    return body != null || !scanner.untouched();
  }

  /** Returns the head of the request being read or answered, or null. */
  @Nullable RequestHead head() {
    return head;
  }

  /**
   * Removes a head from the bytes and returns it; null if it is not complete.
   *
   * @throws Refusal if it is malformed
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
   * Starts to read the body of the head.
   *
   * @param length as {@link RequestHead#bodyLength}
   * @throws Refusal if it is too long
   */
  void startBody(long length) {
    body = new BodyReader(length, limits.maxBodyBytes());
  }

  /**
   * Removes what is there of the body from the bytes. Returns the body, or null if it is not
   * complete.
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

  /** Ends the request, as it has been answered. */
  void answered() {
    head = null;
  }
}
