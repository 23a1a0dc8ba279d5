package dev.switchboard.transport.netty.frames;

/**
 * What two sides agreed on about permessage-deflate (RFC 7692 §7.1). Immutable.
 *
 * @param level zlib's level for what we send
 * @param threshold messages shorter than this are sent as they are
 * @param takesOver whether what we send may refer back to earlier messages
 * @param windowBits how far back it may refer
 * @param peerTakesOver whether what we receive may refer back to earlier messages
 * @param text the extension as the server's answer names it
 */
public record DeflateTerms(
    int level,
    int threshold,
    boolean takesOver,
    int windowBits,
    boolean peerTakesOver,
    String text) {
  /** The largest window, which is the only one the JDK's deflater has. */
  public static final int MAX_BITS = 15;

  /** Whether what we send is the same for every connection with such terms. */
  boolean shareable() {
    return !takesOver && windowBits == MAX_BITS;
  }
}
