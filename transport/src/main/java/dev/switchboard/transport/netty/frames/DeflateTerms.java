package dev.switchboard.transport.netty.frames;

/**
 * The negotiated parameters of permessage-deflate (RFC 7692 §7.1). Immutable.
 *
 * @param level zlib's level for what we send
 * @param threshold messages shorter than this many bytes are sent uncompressed
 * @param takesOver whether what we send may refer back to earlier messages
 * @param windowBits how far back it may refer, as a power of two
 * @param peerTakesOver whether what we receive may refer back to earlier messages
 * @param text the extension as worded in the server's response
 */
public record DeflateTerms(
    int level,
    int threshold,
    boolean takesOver,
    int windowBits,
    boolean peerTakesOver,
    String text) {
  /** The largest window, the only one that the JDK's deflater has. */
  public static final int MAX_BITS = 15;

  /** Whether what we send is the same on every connection with these terms. */
  boolean shareable() {
    return !takesOver && windowBits == MAX_BITS;
  }
}
