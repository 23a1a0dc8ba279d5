package dev.switchboard.protocol.format;

/** Limits of what can be encoded ({@code spec/protocol.md#13-cbor}). */
public final class EncodingLimits {
  // generated: encoding-limits, by spec/Generate.java from spec/protocol.json
  /** Most maps and arrays inside each other, counting the message itself. */
  public static final int MAX_DEPTH = 100;

  /** Most bytes of an integer. */
  public static final int MAX_NUMBER_BYTES = 400;

  /** The exponent of a decimal fraction is below this number and above its negative. */
  public static final int MAX_EXPONENT = 100_000;

  // end of encoding-limits

  private EncodingLimits() {}
}
