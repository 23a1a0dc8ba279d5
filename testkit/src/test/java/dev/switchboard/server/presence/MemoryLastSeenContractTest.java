package dev.switchboard.server.presence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.spi.LastSeen;
import dev.switchboard.spi.contract.LastSeenContract;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("D3")
class MemoryLastSeenContractTest implements LastSeenContract {
  @Override
  public LastSeen open() {
    return new MemoryLastSeen(2);
  }

  @Override
  public boolean shared() {
    return false;
  }

  @Test
  void forgetsWhoWasSeenLongestAgo() {
    try (LastSeen store = open()) {
      store.put("/ws", "ann", TIME);
      store.put("/ws", "bob", TIME);
      store.put("/ws", "ann", TIME);
      store.put("/ws", "carl", TIME);
      assertThat(store.get("/ws", "bob")).isCompletedWithValueMatching(time -> time.isEmpty());
      assertThat(store.get("/ws", "ann")).isCompletedWithValueMatching(time -> time.isPresent());
    }
  }
}
