package dev.switchboard.protocol.wire;

import dev.switchboard.protocol.MessageType;

/**
 * Which types a verb of sending takes: {@code publish} and {@code send} those that are kept or
 * acknowledged, {@code fleeting} those that may be lost. No verb of a client takes a type that only
 * the server sends.
 */
public final class Verbs {
  private Verbs() {}

  /**
   * Returns the type if its messages are acknowledged.
   *
   * @throws IllegalArgumentException if it is fleeting
   */
  public static <T> MessageType<T> requireAcknowledged(MessageType<T> type) {
    if (type.fleeting()) {
      throw new IllegalArgumentException(isFleeting(type));
    }
    return type;
  }

  /**
   * Returns the type if its messages may be lost.
   *
   * @param instead the verb for a type that is not fleeting
   * @throws IllegalArgumentException if it is not fleeting
   */
  public static <T> MessageType<T> requireFleeting(MessageType<T> type, String instead) {
    if (!type.fleeting()) {
      throw new IllegalArgumentException(
          "type: %s is not fleeting (expected: %s, so that it can't be lost)"
              .formatted(type.name(), instead));
    }
    return type;
  }

  /**
   * Returns the type if clients may send it.
   *
   * @throws IllegalArgumentException if only the server does
   */
  public static <T> MessageType<T> requireFromClient(MessageType<T> type) {
    if (type.fromServer()) {
      throw new IllegalArgumentException(isFromServer(type));
    }
    return type;
  }

  /** The refusal of a type of the server's from a client. */
  public static String isFromServer(MessageType<?> type) {
    return "type: " + type.name() + " is @FromServer (expected: a type that clients send)";
  }

  /** The refusal of a fleeting type where an acknowledgement is expected. */
  public static String isFleeting(MessageType<?> type) {
    return "type: "
        + type.name()
        + " is fleeting (expected: fleeting, because nobody acknowledges it)";
  }
}
