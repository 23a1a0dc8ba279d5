package dev.switchboard.server.limits;

import dev.switchboard.protocol.Address;
import dev.switchboard.spi.Retention;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How much of each log is kept. Changed only while the endpoint is defined, and immutable
 * afterwards.
 */
public final class Retentions {
  private record Rule(NamePattern rooms, Retention retention) {}

  private final List<Rule> rules = new ArrayList<>();
  private Retention others = Retention.DEFAULT; // applies to logs without a rule of their own
  private @Nullable Retention inboxes; // null if others applies

  public void others(Retention retention) {
    others = retention;
  }

  public void inboxes(Retention retention) {
    inboxes = retention;
  }

  public void rooms(String pattern, Retention retention) {
    rules.add(new Rule(new NamePattern(pattern), retention));
  }

  public Retention of(Address address) {
    return switch (address) {
      case Address.Room room -> ofRoom(room.name());
      case Address.User user -> inboxes == null ? others : inboxes;
      case Address.Everyone everyone -> others;
    };
  }

  private Retention ofRoom(String name) {
    for (Rule rule : rules) {
      if (rule.rooms.matches(name)) {
        return rule.retention;
      }
    }
    return others;
  }
}
