package dev.switchboard.client;

import java.util.Map;

/**
 * What the server says of a publication that is committed. Immutable.
 *
 * @param messageId the name the client gave the message
 * @param seq its place in the log; 0 for several rooms
 * @param seqs its place in the log of each room, if it went to several; otherwise empty
 */
public record Receipt(String messageId, long seq, Map<String, Long> seqs) {
  /** Copies the map. */
  public Receipt {
    seqs = Map.copyOf(seqs);
  }
}
