package dev.switchboard.server.limits;

import dev.switchboard.protocol.Address;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Where clients publish encrypted messages, and no others. Changed only while the endpoint is
 * defined, and immutable afterwards.
 */
public final class EncryptedAddresses implements Predicate<Address> {
  private final List<NamePattern> rooms = new ArrayList<>(0);
  private boolean inboxes; // whether all inboxes are encrypted

  public void rooms(String pattern) {
    rooms.add(new NamePattern(pattern));
  }

  public void inboxes() {
    inboxes = true;
  }

  /** Whether nothing is encrypted. */
  public boolean none() {
    return rooms.isEmpty() && !inboxes;
  }

  @Override
  public boolean test(Address address) {
    return switch (address) {
      case Address.Room room -> matches(room.name());
      case Address.User user -> inboxes;
      case Address.Everyone everyone -> false;
    };
  }

  private boolean matches(String room) {
    for (NamePattern pattern : rooms) {
      if (pattern.matches(room)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Refuses an address that server code can't publish to, because it has no key.
   *
   * @throws IllegalArgumentException if the address is encrypted
   */
  public void requirePlain(Address address) {
    if (test(address)) {
      throw new IllegalArgumentException(
          "address: " + address + " is encrypted (expected: one whose messages are plain)");
    }
  }
}
