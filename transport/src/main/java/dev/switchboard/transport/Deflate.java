package dev.switchboard.transport;

/**
 * How permessage-deflate (RFC 7692) is offered or accepted on a connection. Immutable.
 *
 * <p>Without context takeover each message is compressed by itself: a connection then needs no
 * memory for it, and what goes to many connections is compressed once for all of them. With
 * takeover a connection that is idle keeps about 300 KB.
 *
 * @param level zlib's level, 1–9; 6 by default
 * @param threshold messages shorter than this many bytes are sent as they are; 256 by default. A
 *     stream counts as long as the pieces it is read in
 * @param serverNoContextTakeover whether the server forgets between messages; true by default
 * @param clientNoContextTakeover the same for the client; true by default
 * @param serverMaxWindowBits how far back the server refers, as a power of two, 8–15; 15 by default
 * @param clientMaxWindowBits the same for the client, if it can be told so; 15 by default. A side
 *     of ours that is held to less than 15 compresses in pieces of half a window, as the JDK's
 *     deflater has no other window than the largest, and forgets between messages. The price, for
 *     128 KiB of chat messages as JSON: 10 % of the length with 15 bits, 11 % with 13, 13 % with
 *     11, 20 % with 9, where a deflater with that window needs 9 %; and up to twice the time
 */
public record Deflate(
    int level,
    int threshold,
    boolean serverNoContextTakeover,
    boolean clientNoContextTakeover,
    int serverMaxWindowBits,
    int clientMaxWindowBits) {
  /** Level 6 from 256 bytes on, without context takeover. */
  public static final Deflate DEFAULT = new Deflate(6, 256, true, true, 15, 15);

  /** The same with context takeover both ways: smaller messages for more memory. */
  public static final Deflate TAKEOVER = new Deflate(6, 256, false, false, 15, 15);

  /** Checks the ranges. */
  public Deflate {
    Checks.range("deflate level", level, 1, 9);
    Checks.range("deflate threshold", threshold, 0, Integer.MAX_VALUE);
    Checks.range("deflate serverMaxWindowBits", serverMaxWindowBits, 8, 15);
    Checks.range("deflate clientMaxWindowBits", clientMaxWindowBits, 8, 15);
  }
}
