package dev.switchboard.protocol;

import org.jspecify.annotations.Nullable;

/**
 * A message type of a protocol. Immutable.
 *
 * @param <T> the record
 * @param name the name on the wire
 * @param recordClass the class of the record
 * @param fleeting whether the type is {@link Fleeting}
 * @param fromServer whether the type is {@link FromServer}
 * @param replyClass the class of the reply if the type is a {@link Request}, otherwise null
 */
public record MessageType<T>(
    String name,
    Class<T> recordClass,
    boolean fleeting,
    boolean fromServer,
    @Nullable Class<? extends Record> replyClass) {

  /** Whether Switchboard itself uses this name, so that no user-defined type may have it. */
  public static boolean isReserved(String name) {
    return ReservedTypes.ALL.contains(name);
  }
}
