package dev.switchboard.client;

import java.util.Map;

/**
 * The server's acknowledgement of a committed publication. Immutable.
 *
 * @param messageId the message's ID
 * @param seq its number in the log; 0 if it went to several rooms
 * @param seqs its number in the log of each room, if it went to several; otherwise empty
 */
public record Receipt(String messageId, long seq, Map<String, Long> seqs) {
  /** Copies the map. */
  public Receipt {
    seqs = Map.copyOf(seqs);
  }
}
