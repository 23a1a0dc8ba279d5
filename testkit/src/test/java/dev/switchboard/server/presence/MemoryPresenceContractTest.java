package dev.switchboard.server.presence;

import dev.switchboard.spi.PresenceStore;
import dev.switchboard.spi.contract.PresenceStoreContract;
import org.junit.jupiter.api.Tag;

@Tag("D3")
class MemoryPresenceContractTest implements PresenceStoreContract {
  @Override
  public PresenceStore open() {
    return new MemoryPresence();
  }

  @Override
  public boolean shared() {
    return false;
  }
}
