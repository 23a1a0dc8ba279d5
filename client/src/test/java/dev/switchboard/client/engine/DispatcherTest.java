package dev.switchboard.client.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("A5")
class DispatcherTest {
  @Test
  void aTaskThatFailsIsNotTheLast() throws Exception {
    Dispatcher dispatcher = new Dispatcher(() -> {});
    CountDownLatch ran = new CountDownLatch(1);
    dispatcher.submit(
        () -> {
          throw new AssertionError("on purpose");
        },
        0);
    dispatcher.submit(ran::countDown, 0);
    assertThat(ran.await(10, TimeUnit.SECONDS)).isTrue();
  }
}
