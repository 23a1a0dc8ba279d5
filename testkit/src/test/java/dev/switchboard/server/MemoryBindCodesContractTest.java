package dev.switchboard.server;

import dev.switchboard.spi.BindCodes;
import dev.switchboard.spi.contract.BindCodesContract;
import org.junit.jupiter.api.Tag;

@Tag("B16")
class MemoryBindCodesContractTest implements BindCodesContract {
  @Override
  public BindCodes open() {
    return new MemoryBindCodes();
  }

  @Override
  public boolean shared() {
    return false;
  }
}
