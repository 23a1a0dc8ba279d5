package dev.switchboard.protocol;

/**
 * The destination of a published message: a room, a user's inbox, or everyone. Each address has its
 * own ordered log ({@code spec/protocol.md#2-words}). Immutable.
 */
public sealed interface Address {

  /** Every session of an endpoint. */
  Address EVERYONE = new Everyone();

  /**
   * Returns the address of a room.
   *
   * @throws IllegalArgumentException if the name is not 1–128 bytes of UTF-8 in NFC without control
   *     or bidirectional characters
   */
  static Address room(String name) {
    return new Room(name);
  }

  /**
   * Returns the address of a user's inbox.
   *
   * @throws IllegalArgumentException if the name is invalid, by the rule of {@link #room}
   */
  static Address user(String name) {
    return new User(name);
  }

  /**
   * A room.
   *
   * @param name the room's name
   */
  record Room(String name) implements Address {
    /**
     * Validates the name.
     *
     * @throws IllegalArgumentException if the name is invalid
     */
    public Room {
      Names.require("room", name);
    }
  }

  /**
   * A user's inbox.
   *
   * @param name the user's name
   */
  record User(String name) implements Address {
    /**
     * Validates the name.
     *
     * @throws IllegalArgumentException if the name is invalid
     */
    public User {
      Names.require("user", name);
    }
  }

  /** Every session of an endpoint. */
  record Everyone() implements Address {}
}
