package dev.switchboard.client;

import java.security.SecureRandom;
import java.util.UUID;

/** Creates message IDs: UUIDs of version 7 (RFC 9562 §5.7), which sort by time. */
final class MessageIds {
  private static final SecureRandom RANDOM = new SecureRandom();

  private MessageIds() {}

  static String next() {
    byte[] random = new byte[10];
    RANDOM.nextBytes(random);
    long high =
        System.currentTimeMillis() << 16 | 0x7000 | (random[0] & 0x0f) << 8 | (random[1] & 0xff);
    long low = 0;
    for (int i = 2; i < 10; i++) {
      low = low << 8 | (random[i] & 0xff);
    }
    return new UUID(high, (low & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L).toString();
  }
}
