package dev.switchboard.transport.netty.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.transport.IoKind;
import dev.switchboard.transport.netty.Loops;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("B5")
class SweeperTest {
  @Test
  void whoFailsWhenSweptIsEndedAndTheOthersAreSweptOn() throws Exception {
    Loops loops = Loops.of(IoKind.best(), 1);
    CountDownLatch swept = new CountDownLatch(3);
    CountDownLatch ended = new CountDownLatch(1);
    try {
      var loop = loops.next();
      loop.submit(
              () -> {
                Sweeper sweeper = new Sweeper(loop);
                sweeper.add(
                    new Member() {
                      @Override
                      public void sweep(long now) {
                        swept.countDown();
                      }
                    });
                sweeper.add(
                    new Member() {
                      @Override
                      public void sweep(long now) {
                        throw new AssertionError("on purpose");
                      }

                      @Override
                      public void terminate() {
                        sweeper.remove(this);
                        ended.countDown();
                      }
                    });
              })
          .sync();
      assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(swept.await(10, TimeUnit.SECONDS)).isTrue();
    } finally {
      loops.close();
    }
  }

  private abstract static class Member implements Sweeper.Swept {
    private int slot = -1;

    @Override
    public Object owner() {
      return this;
    }

    @Override
    public void terminate() {}

    @Override
    public int slot() {
      return slot;
    }

    @Override
    public void slot(int index) {
      slot = index;
    }
  }
}
