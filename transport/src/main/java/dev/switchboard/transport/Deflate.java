package dev.switchboard.transport;

/**
 * How permessage-deflate (RFC 7692) is offered or accepted on a connection. Immutable.
 *
 * @param level zlib's level, 1–9; 6 by default
 * @param threshold messages shorter than this many bytes are sent as they are; 256 by default
 * @param serverNoContextTakeover whether the server forgets between messages, which costs ratio and
 *     saves 300 KB per connection; true by default
 * @param clientNoContextTakeover the same for the client; true by default
 */
public record Deflate(
    int level, int threshold, boolean serverNoContextTakeover, boolean clientNoContextTakeover) {
  /** Level 6 from 256 bytes on, without context takeover. */
  public static final Deflate DEFAULT = new Deflate(6, 256, true, true);

  /** Checks the ranges. */
  public Deflate {
    Checks.range("deflate level", level, 1, 9);
    Checks.range("deflate threshold", threshold, 0, Integer.MAX_VALUE);
  }
}
