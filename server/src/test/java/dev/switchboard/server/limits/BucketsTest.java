package dev.switchboard.server.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is remembered of whom, and for how long. */
@Tag("B8")
class BucketsTest {
  private static final Rate FIVE_PER_SECOND = new Rate(5, Duration.ofSeconds(1));

  @Test
  void asManyTokensAsTheRateMayBeTakenAtOnceAndTheyComeBackEvenly() {
    Buckets buckets = new Buckets(FIVE_PER_SECOND);
    for (int i = 0; i < 5; i++) {
      assertThat(buckets.take("ann", 1, 0)).isZero();
    }
    assertThat(buckets.take("ann", 1, 0)).isEqualTo(200);
    assertThat(buckets.take("ann", 2, 100)).isEqualTo(300);
    assertThat(buckets.take("ann", 1, 199)).isEqualTo(1);
    assertThat(buckets.take("ann", 1, 200)).isZero();
    assertThat(buckets.take("bob", 5, 200)).as("another's").isZero();
  }

  @Test
  void aKeyIsForgottenWhenItsBucketIsFullAgain() {
    Buckets buckets = new Buckets(FIVE_PER_SECOND);
    buckets.take("ann", 5, 0);
    buckets.take("bob", 1, 700);
    assertThat(buckets.size()).isEqualTo(2);
    buckets.take("cy", 1, 999);
    assertThat(buckets.size()).as("ann's lacks a little").isEqualTo(3);
    buckets.take("cy", 1, 1_000);
    assertThat(buckets.size()).as("ann's and bob's are full").isEqualTo(1);
    assertThat(buckets.take("ann", 5, 1_000)).isZero();
  }

  @Test
  void aFloodOfKeysForgetsTheOldestAndNeverTheOneThatAsks() {
    Buckets buckets = new Buckets(FIVE_PER_SECOND, 100);
    for (int i = 0; i < 10_000; i++) {
      buckets.take("flood" + i, 5, 0);
      assertThat(buckets.take("ann", 1, 0)).as("flood %s", i).isEqualTo(i < 5 ? 0 : 200);
      assertThat(buckets.size()).isLessThanOrEqualTo(100);
    }
    assertThat(buckets.take("flood9999", 1, 0)).isEqualTo(200);
    assertThat(buckets.take("flood0", 1, 0)).as("forgotten").isZero();
  }

  @Test
  void whatIsChargedMayBeMissingAndAskingTakesNothing() {
    Buckets buckets = new Buckets(FIVE_PER_SECOND);
    assertThat(buckets.waitFor("ann", 0)).isZero();
    assertThat(buckets.size()).as("asking remembers nothing").isZero();
    for (int i = 0; i < 10; i++) {
      buckets.charge("ann", 1, 0);
    }
    assertThat(buckets.waitFor("ann", 0)).isEqualTo(1_200);
    assertThat(buckets.waitFor("ann", 1_199)).isEqualTo(1);
    assertThat(buckets.waitFor("ann", 1_200)).isZero();
  }

  @Test
  void withoutARateNothingIsLimitedOrRemembered() {
    Buckets buckets = new Buckets(null);
    buckets.charge("ann", 1e9, 0);
    assertThat(buckets.take("ann", 1e9, 0)).isZero();
    assertThat(buckets.waitFor("ann", 0)).isZero();
    assertThat(buckets.size()).isZero();
  }
}
