package dev.switchboard.protocol.wire;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.Payload;
import java.util.Collection;

/** Writes the keys and values of one envelope in some encoding. Confined to one thread. */
public sealed interface EnvelopeWriter permits JsonWriter, CborWriter {
  /** Writes a string. */
  void text(String key, String value);

  /** Writes an integer. */
  void number(String key, long value);

  /** Writes a boolean. */
  void flag(String key, boolean value);

  /** Writes an array of strings. */
  void texts(String key, Collection<String> values);

  /** Starts an object that is the value of a key. */
  void object(String key);

  /** Starts an array of objects that is the value of a key. */
  void array(String key);

  /** Starts an object that is an element of the innermost array. */
  void element();

  /** Ends the innermost object. */
  void endObject();

  /** Ends the innermost array. */
  void endArray();

  /**
   * Writes {@code data}.
   *
   * @param type the message's type, which determines where byte strings are
   */
  void data(String type, Payload payload);

  /** Writes an ID, as a number or a string. */
  default void id(String key, Id id) {
    if (id.text() == null) {
      number(key, id.number());
    } else {
      text(key, id.text());
    }
  }

  /** Where a message goes, or what a log is of. */
  default void address(Address address) {
    switch (address) {
      case Address.Room room -> text("room", room.name());
      case Address.User user -> text("user", user.name());
      case Address.Everyone everyone -> flag("everyone", true);
    }
  }
}
