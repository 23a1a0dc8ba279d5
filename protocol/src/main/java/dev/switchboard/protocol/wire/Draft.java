package dev.switchboard.protocol.wire;

/** An envelope that has not been encoded yet. Immutable. */
@FunctionalInterface
public interface Draft {
  /** Writes the keys and values, the same each time. */
  void write(EnvelopeWriter out);

  /** Returns an estimate of the encoded size, in bytes. */
  default int size() {
    return 256;
  }
}
