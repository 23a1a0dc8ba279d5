package dev.switchboard.protocol;

/**
 * Where a message is published: a room, a user's inbox, or everyone. Each address is an ordered log
 * ({@code spec/protocol.md#2-words}). Immutable.
 */
public sealed interface Address {

  /** All sessions of an endpoint. */
  Address EVERYONE = new Everyone();

  /**
   * The room of that name.
   *
   * @throws IllegalArgumentException if the name is not 1–128 bytes of UTF-8 in form NFC without
   *     control or bidirectional characters
   */
  static Address room(String name) {
    return new Room(name);
  }

  /**
   * The inbox of that user.
   *
   * @throws IllegalArgumentException as for {@link #room}
   */
  static Address user(String name) {
    return new User(name);
  }

  /** A room. */
  record Room(String name) implements Address {
    /** Refuses a bad name. */
    public Room {
      Names.require("room", name);
    }
  }

  /** A user's inbox. */
  record User(String name) implements Address {
    /** Refuses a bad name. */
    public User {
      Names.require("user", name);
    }
  }

  /** Everyone. */
  record Everyone() implements Address {}
}
