package dev.switchboard.transport.netty.frames;

import java.security.SecureRandom;

/**
 * Generates a connection's masking keys: a xorshift generator seeded by {@link SecureRandom}. RFC
 * 6455 §5.3 requires keys that whoever chooses the payload can't predict. Its threat, a script that
 * chooses payloads and also sees the wire, does not exist inside a Java program. Confined to its
 * loop.
 */
final class MaskSource {
  private static final SecureRandom SEEDS = new SecureRandom();

  /** The generator's state; never 0. */
  private long state;

  MaskSource() {
    state = SEEDS.nextLong() | 1;
  }

  int next() {
    state ^= state >>> 12;
    state ^= state << 25;
    state ^= state >>> 27;
    return (int) ((state * 0x2545F4914F6CDD1DL) >>> 32);
  }
}
