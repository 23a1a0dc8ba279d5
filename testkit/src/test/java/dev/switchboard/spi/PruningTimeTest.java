package dev.switchboard.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Which jumps of the wall clock are believed. */
@Tag("C5")
class PruningTimeTest {
  private static final long NOON = 1_766_300_000_000L;
  private static final long HOUR = Duration.ofHours(1).toMillis();
  private static final long DAY = 24 * HOUR;
  private static final long YEAR = 365 * DAY;

  private final List<String> told = new ArrayList<>();

  private PruningTime time(long last) {
    return new PruningTime(last, 0, told::add);
  }

  private static long nanos(long millis) {
    return millis * 1_000_000;
  }

  @Test
  void theFirstTimeOfANewStoreIsBelieved() {
    assertThat(time(0).of(NOON, 5)).isEqualTo(NOON);
  }

  @Test
  void aDayIsBelievedAndMoreIsNot() {
    PruningTime time = time(0);
    time.of(NOON, 0);
    assertThat(time.of(NOON + DAY, 0)).isEqualTo(NOON + DAY);
    assertThat(time.of(NOON + 2 * DAY + 1, 0)).isEqualTo(NOON + DAY);
    assertThat(time.of(NOON + 2 * DAY + 1 + HOUR, nanos(HOUR))).isEqualTo(NOON + DAY + HOUR);
    assertThat(told).hasSize(1);
  }

  @Test
  void aServerThatWasOffForAMonthIsBelievedAndOneThatWasOffForSixYearsIsNot() {
    assertThat(time(NOON).of(NOON + 30 * DAY, 0)).isEqualTo(NOON + 30 * DAY);
    assertThat(time(NOON).of(NOON + 6 * YEAR, 0)).isEqualTo(NOON);
    assertThat(told).hasSize(1).first().asString().contains("2190 days ahead");
  }

  @Test
  void aJumpThatStaysForADayIsFollowed() {
    PruningTime time = time(NOON);
    time.of(NOON + YEAR, 0);
    assertThat(time.of(NOON + YEAR + DAY - 1, nanos(DAY - 1))).isEqualTo(NOON + DAY - 1);
    assertThat(time.of(NOON + YEAR + DAY, nanos(DAY))).isEqualTo(NOON + YEAR + DAY);
    assertThat(told).hasSize(1);
  }

  @Test
  void aClockThatIsPutRightCountsAsIfItHadNeverBeenWrong() {
    PruningTime time = time(NOON);
    time.of(NOON + YEAR, 0);
    assertThat(time.of(NOON + HOUR, nanos(HOUR))).isEqualTo(NOON + HOUR);
    time.of(NOON + YEAR, nanos(2 * HOUR));
    assertThat(told).as("the second jump is told as well").hasSize(2);
    assertThat(time.of(NOON + YEAR, nanos(DAY + HOUR))).isEqualTo(NOON + DAY + HOUR);
  }

  @Test
  void aClockThatIsSetBackIsFollowed() {
    PruningTime time = time(0);
    time.of(NOON, 0);
    assertThat(time.of(NOON - YEAR, 0)).isEqualTo(NOON - YEAR);
  }
}
