package dev.switchboard.history.sql;

import dev.switchboard.spi.Publication;
import java.util.List;

/** Checks what may be appended. */
public final class Kept {
  private Kept() {}

  public static void require(List<Publication> batch) {
    for (Publication publication : batch) {
      if (publication.fleeting()) {
        throw new IllegalArgumentException("fleeting: true (expected: false, or no append)");
      }
    }
  }
}
