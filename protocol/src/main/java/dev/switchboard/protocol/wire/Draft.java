package dev.switchboard.protocol.wire;

/** An envelope that was not yet written in an encoding. Immutable. */
@FunctionalInterface
public interface Draft {
  /** Writes its keys and values. Says the same each time. */
  void write(EnvelopeWriter out);

  /** About how many bytes it makes. */
  default int size() {
    return 256;
  }
}
