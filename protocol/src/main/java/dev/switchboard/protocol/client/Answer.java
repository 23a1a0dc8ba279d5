package dev.switchboard.protocol.client;

import dev.switchboard.protocol.Payload;
import dev.switchboard.protocol.wire.Envelope;
import dev.switchboard.protocol.wire.ServerMessages;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The answer to a {@link Command}. Immutable by convention. */
public sealed interface Answer {

  /** The message was written to the socket. */
  record Written() implements Answer {}

  /**
   * An {@code ack}. {@code seq} is 0 if it has none; {@code seqs} is empty unless the message went
   * to several rooms.
   */
  record Acked(long seq, Map<String, Long> seqs) implements Answer {}

  /** A typed reply. */
  record Reply(String type, @Nullable Payload payload) implements Answer {}

  /** {@code room_joined}. */
  record Joined(String epoch, long seq, List<String> members, int count, boolean recovered)
      implements Answer {}

  /** {@code room_left}. */
  record Left() implements Answer {}

  /** {@code history}. */
  record Page(String epoch, long seq, List<Envelope> entries, boolean more) implements Answer {}

  /** {@code user_status}. */
  record Statuses(List<ServerMessages.UserState> states) implements Answer {}

  /** {@code user_list}. */
  record Users(List<String> members, int count) implements Answer {}
}
