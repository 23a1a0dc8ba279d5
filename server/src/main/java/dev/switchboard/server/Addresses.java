package dev.switchboard.server;

import dev.switchboard.protocol.Address;
import dev.switchboard.server.limits.NamePattern;
import java.util.function.Predicate;

/**
 * Where clients may publish, for {@link Endpoint#clientsMayPublish}: rooms, inboxes, or everyone.
 * Immutable and thread-safe.
 */
public final class Addresses {
  private final Predicate<Address> test;

  private Addresses(Predicate<Address> test) {
    this.test = test;
  }

  /** Returns all rooms. A client must still be in the room. */
  public static Addresses rooms() {
    return new Addresses(address -> address instanceof Address.Room);
  }

  /**
   * Returns some rooms. A client must still be in the room.
   *
   * @param rooms a name, or a pattern in which {@code *} matches any characters: {@code team.*}
   * @throws IllegalArgumentException if the pattern is empty
   */
  public static Addresses rooms(String rooms) {
    NamePattern names = new NamePattern(rooms);
    return new Addresses(
        address -> address instanceof Address.Room room && names.matches(room.name()));
  }

  /** Returns the inboxes of all users. */
  public static Addresses users() {
    return new Addresses(address -> address instanceof Address.User);
  }

  /** Returns the address that reaches everyone. */
  public static Addresses everyone() {
    return new Addresses(address -> address instanceof Address.Everyone);
  }

  Predicate<Address> test() {
    return test;
  }
}
