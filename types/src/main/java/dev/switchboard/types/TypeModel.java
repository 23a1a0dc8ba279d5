package dev.switchboard.types;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A protocol as readers of other languages see it. Immutable.
 *
 * @param name the name of the map of messages: that of the sealed interface
 * @param source the sealed interface's class
 * @param messages all message types, replies included
 * @param declared records, enums and sealed interfaces by their simple names, in order of mention
 */
record TypeModel(
    String name, String source, List<Message> messages, Map<String, Declared> declared) {

  /** How a message type is used. */
  enum Kind {
    /** Kept in a log, or sent to a handler. */
    MESSAGE,
    /** Kept nowhere. */
    FLEETING,
    /** Has a reply. */
    REQUEST,
    /** Sent as a reply only. */
    REPLY;

    /** Returns the name in generated files. */
    String text() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /**
   * A message type.
   *
   * @param type its name on the wire
   * @param record the name under which its record is declared
   * @param reply the name of the reply's type on the wire if this is a request, otherwise null
   * @param fromServer whether no client may send it; of a reply, whether no client is replied to
   */
  record Message(
      String type, String record, Kind kind, @Nullable String reply, boolean fromServer) {}

  /** A type with a name of its own. */
  sealed interface Declared {}

  /** A record. */
  record Fields(List<Field> fields) implements Declared {}

  /** A component of a record, by its key in JSON. */
  record Field(String key, Form.Use use) {}

  /** An enum, by the texts of its constants. */
  record Constants(List<String> texts) implements Declared {}

  /**
   * A sealed interface.
   *
   * @param key the key that tells its records apart
   * @param records the names under which its records are declared
   */
  record Union(String key, List<String> records) implements Declared {}
}
