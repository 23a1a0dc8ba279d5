package dev.switchboard.leaks;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import org.junit.jupiter.api.Test;

/** The guard barks. */
class LeakRecorderTest {
  @Test
  void aBufferThatNobodyReleasedIsReported() throws InterruptedException {
    lose();
    assertThat(LeakRecorder.lost()).singleElement().asString().contains("ByteBuf", "lose");
  }

  @Test
  void aReleasedBufferIsNot() throws InterruptedException {
    ByteBufAllocator.DEFAULT.buffer(100).release();
    assertThat(LeakRecorder.lost()).isEmpty();
  }

  private static void lose() {
    ByteBufAllocator.DEFAULT.buffer(100).writeInt(1);
  }
}
