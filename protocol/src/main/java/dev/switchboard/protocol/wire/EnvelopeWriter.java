package dev.switchboard.protocol.wire;

import dev.switchboard.protocol.Payload;
import java.util.Collection;

/** Writes the keys and values of one envelope, in one encoding. Confined to one thread. */
public sealed interface EnvelopeWriter permits JsonWriter, CborWriter {
  /** A string. */
  void text(String key, String value);

  /** An integer. */
  void number(String key, long value);

  /** True or false. */
  void flag(String key, boolean value);

  /** An array of strings. */
  void texts(String key, Collection<String> values);

  /** Begins an object that is the value of a key. */
  void object(String key);

  /** Begins an array that is the value of a key; its elements are objects. */
  void array(String key);

  /** Begins an object that is an element. */
  void element();

  /** Ends the innermost object. */
  void endObject();

  /** Ends the innermost array. */
  void endArray();

  /**
   * What a message says.
   *
   * @param type the message's type, which knows where its byte strings are
   */
  void data(String type, Payload payload);

  /** A number or a text that correlates. */
  default void id(String key, Id id) {
    if (id.text() == null) {
      number(key, id.number());
    } else {
      text(key, id.text());
    }
  }
}
