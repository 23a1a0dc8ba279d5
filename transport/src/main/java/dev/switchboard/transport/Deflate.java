package dev.switchboard.transport;

/**
 * Settings for permessage-deflate (RFC 7692), offered by a client or accepted by a server.
 * Immutable.
 *
 * <p>Without context takeover each message is compressed on its own. A connection then needs no
 * compression memory between messages, and a broadcast is compressed once for all connections. With
 * takeover an idle connection holds about 300 KB.
 *
 * @param level zlib's level, 1–9; 6 by default
 * @param threshold messages shorter than this many bytes are sent uncompressed; 256 by default. A
 *     streamed message counts as long as the pieces it is read in
 * @param serverNoContextTakeover whether the server compresses each message on its own; true by
 *     default
 * @param clientNoContextTakeover the same for the client; true by default
 * @param serverMaxWindowBits the server's window as a power of two, 8–15; 15 by default
 * @param clientMaxWindowBits the client's window, if the client lets the server choose it; 15 by
 *     default. The JDK's deflater only has the largest window. When our side is held to fewer bits,
 *     it compresses in pieces of half a window and without takeover. For 128 KiB of chat messages
 *     as JSON that yields 10 % of the length with 15 bits, 11 % with 13, 13 % with 11 and 20 % with
 *     9, where a deflater with that window yields 9 %, and takes up to twice the time
 */
public record Deflate(
    int level,
    int threshold,
    boolean serverNoContextTakeover,
    boolean clientNoContextTakeover,
    int serverMaxWindowBits,
    int clientMaxWindowBits) {
  /** Level 6, from 256 bytes, without context takeover. */
  public static final Deflate DEFAULT = new Deflate(6, 256, true, true, 15, 15);

  /**
   * Like {@link #DEFAULT}, with context takeover in both directions: smaller messages for more
   * memory.
   */
  public static final Deflate TAKEOVER = new Deflate(6, 256, false, false, 15, 15);

  /** Checks the ranges. */
  public Deflate {
    Checks.range("deflate level", level, 1, 9);
    Checks.range("deflate threshold", threshold, 0, Integer.MAX_VALUE);
    Checks.range("deflate serverMaxWindowBits", serverMaxWindowBits, 8, 15);
    Checks.range("deflate clientMaxWindowBits", clientMaxWindowBits, 8, 15);
  }
}
