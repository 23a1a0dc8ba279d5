package dev.switchboard.server.limits;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Which types clients may publish, and where: nothing until it is allowed. Filled while an endpoint
 * is defined, read-only afterwards.
 */
public final class PublishRules {
  private final Map<String, List<Predicate<Address>>> byType = new HashMap<>();

  /** Allows clients to publish a type to some addresses. */
  public void allow(String type, Predicate<Address> where) {
    byType.computeIfAbsent(type, name -> new ArrayList<>(1)).add(where);
  }

  /**
   * Refuses what is not allowed.
   *
   * @throws RefusedException {@code forbidden}
   */
  public void require(String type, Address address) {
    for (Predicate<Address> where : byType.getOrDefault(type, List.of())) {
      if (where.test(address)) {
        return;
      }
    }
    throw new RefusedException(
        ErrorCode.FORBIDDEN,
        "type: clients may not publish "
            + type
            + switch (address) {
              case Address.Room room -> " to this room";
              case Address.User user -> " to this user";
              case Address.Everyone everyone -> " to everyone";
            }
            + " (expected: what clientsMayPublish allows at the server)");
  }
}
