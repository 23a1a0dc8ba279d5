package dev.switchboard.encryption;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.Entry;
import dev.switchboard.protocol.Names;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where an encrypted message belongs: what its envelope says about it. A message decrypts only with
 * the binding that it was encrypted with, so nobody can present it as another user's, or move it to
 * another room. Immutable.
 *
 * @param address the log it is published to; null between a client and the server's own handler
 * @param from the user who sends it; null if the server does
 * @param type the message type's name
 * @param messageId the sender's name for it. Null while encrypting gives it a random one; null
 *     while decrypting accepts any, for envelopes that name none (fleeting messages) or another
 */
public record Binding(
    @Nullable Address address, @Nullable String from, String type, @Nullable String messageId) {
  private static final Pattern TYPE = Pattern.compile("[a-z][a-z0-9_.-]{0,63}");

  /**
   * Refuses what an envelope can't say.
   *
   * @throws IllegalArgumentException if the user, type or message id is not a valid one
   */
  public Binding {
    if (from != null) {
      Names.require("from", from);
    }
    if (!TYPE.matcher(type).matches()) {
      throw new IllegalArgumentException("type: malformed (expected: " + TYPE + ")");
    }
    if (messageId != null) {
      Names.requireMessageId(messageId);
    }
  }

  /** A binding to all but the message id. */
  public Binding(@Nullable Address address, @Nullable String from, String type) {
    this(address, from, type, null);
  }

  /** What an entry of a log says. */
  public static Binding of(Entry entry) {
    return new Binding(entry.address(), entry.from(), entry.type(), entry.messageId());
  }

  Binding named(String id) {
    return new Binding(address, from, type, id);
  }
}
