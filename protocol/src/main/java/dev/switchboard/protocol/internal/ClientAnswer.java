package dev.switchboard.protocol.internal;

import dev.switchboard.protocol.Payload;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How a {@link ClientCommand} came out. Immutable by convention. */
public sealed interface ClientAnswer {

  /** It was written to the socket. */
  record Written() implements ClientAnswer {}

  /** {@code ack}; {@code seq} 0 if it has none, {@code seqs} empty but for several rooms. */
  record Acked(long seq, Map<String, Long> seqs) implements ClientAnswer {}

  /** A typed reply. */
  record Reply(String type, @Nullable Payload payload) implements ClientAnswer {}

  /** {@code room_joined}. */
  record Joined(String epoch, long seq, List<String> members, int count, boolean recovered)
      implements ClientAnswer {}

  /** {@code room_left}. */
  record Left() implements ClientAnswer {}

  /** {@code history}. */
  record Page(String epoch, long seq, List<Envelope> entries, boolean more)
      implements ClientAnswer {}

  /** {@code user_status}. */
  record Statuses(List<ServerMessages.UserState> states) implements ClientAnswer {}

  /** {@code user_list}. */
  record Users(List<String> members, int count) implements ClientAnswer {}
}
