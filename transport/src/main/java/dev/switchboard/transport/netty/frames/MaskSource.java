package dev.switchboard.transport.netty.frames;

import java.security.SecureRandom;

/**
 * Masking keys of one connection: a xorshift generator seeded by the system's secure one. RFC 6455
 * §5.3 wants keys that the sender of the payload can't foresee; scripts that choose payloads and
 * also read the wire are no part of a Java program. Confined to its loop.
 */
final class MaskSource {
  private static final SecureRandom SEEDS = new SecureRandom();

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
