package dev.switchboard.protocol;

import org.jspecify.annotations.Nullable;

/**
 * One type of a protocol. Immutable.
 *
 * @param name its name on the wire
 * @param recordClass the record
 * @param fleeting whether it is {@link Fleeting}
 * @param replyClass the reply if it is a {@link Request}, else null
 */
public record MessageType<T>(
    String name,
    Class<T> recordClass,
    boolean fleeting,
    @Nullable Class<? extends Record> replyClass) {

  /** Whether a name is one that Switchboard itself uses, so that no type of users may have it. */
  public static boolean isReserved(String name) {
    return ReservedTypes.ALL.contains(name);
  }
}
