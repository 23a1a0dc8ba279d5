package dev.switchboard.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.spi.Bus;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is made of notifications that are missing. */
@Tag("D5")
class BusReceiverTest {
  private final List<String> told = new ArrayList<>();
  private final BusReceiver receiver = new BusReceiver("me", () -> told.add("self"));

  BusReceiverTest() {
    receiver.listen(
        "news",
        new Bus.Listener() {
          @Override
          public void received(byte[] message) {
            told.add(message.length > 99 ? "large" : new String(message, StandardCharsets.UTF_8));
          }

          @Override
          public void interrupted() {
            told.add("interrupted");
          }

          @Override
          public void restored() {
            told.add("restored");
          }
        });
  }

  private static List<BusParts> batch(String node, long number, String... texts) {
    List<BusParts.Message> messages = new ArrayList<>();
    for (String text : texts) {
      messages.add(new BusParts.Message("news", text.getBytes(StandardCharsets.UTF_8)));
    }
    return BusParts.payloads(node, number, messages).stream().map(BusParts::read).toList();
  }

  @Test
  void messagesOfABatchArriveAndABatchThatIsLeftOutIsToldOnce() {
    batch("a", 1, "one", "two").forEach(receiver::received);
    batch("b", 1, "other").forEach(receiver::received);
    batch("a", 3, "four").forEach(receiver::received);
    batch("a", 4).forEach(receiver::received);
    batch("a", 5, "five").forEach(receiver::received);
    assertThat(told).containsExactly("one", "two", "other", "four", "restored", "five");
  }

  @Test
  void aMessageOfWhichAPartIsMissingIsLostAndToldOnce() {
    List<BusParts> parts = batch("a", 1, "x".repeat(30_000));
    assertThat(parts).hasSizeGreaterThan(4);
    receiver.received(parts.get(0));
    parts.subList(2, parts.size()).forEach(receiver::received);
    assertThat(told).containsExactly("restored");
    batch("a", 2, "next", "x".repeat(30_000)).forEach(receiver::received);
    assertThat(told).containsExactly("restored", "next", "large");
  }

  @Test
  void aMessageWithoutItsEndIsLostWhenTheNextBatchBegins() {
    receiver.received(batch("a", 1, "x".repeat(30_000)).get(0));
    batch("a", 2, "next").forEach(receiver::received);
    assertThat(told).containsExactly("next", "restored");
  }

  @Test
  void theFirstBatchOfAServerMayBeALaterOneAndCountsAsALoss() {
    batch("a", 7, "seven").forEach(receiver::received);
    batch("a", 8, "eight").forEach(receiver::received);
    assertThat(told).containsExactly("seven", "restored", "eight");
  }

  @Test
  void whatArrivesAgainIsDropped() {
    List<BusParts> first = batch("a", 1, "one");
    List<BusParts> large = batch("a", 2, "x".repeat(30_000));
    first.forEach(receiver::received);
    first.forEach(receiver::received);
    for (BusParts part : large) {
      receiver.received(part);
      receiver.received(part);
      receiver.received(large.getFirst());
      first.forEach(receiver::received);
    }
    large.forEach(receiver::received);
    batch("a", 3, "three").forEach(receiver::received);
    assertThat(told).containsExactly("one", "large", "three");
  }

  @Test
  void whatArrivesAfterALaterBatchIsLostAndToldOnce() {
    batch("a", 1, "one").forEach(receiver::received);
    batch("a", 3, "three").forEach(receiver::received);
    batch("a", 2, "two").forEach(receiver::received);
    batch("a", 4, "four").forEach(receiver::received);
    assertThat(told).containsExactly("one", "three", "restored", "four");
  }

  @Test
  void ownMessagesAreOnlyAProofThatNotificationsArrive() {
    batch("me", 1, "own").forEach(receiver::received);
    assertThat(told).containsExactly("self");
  }

  @Test
  void whatIsNoMessageIsRefused() {
    assertThatThrownBy(() -> BusParts.read("nonsense"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aPayloadFitsIntoANotification() {
    BusParts.Message large = new BusParts.Message("news", new byte[30_000]);
    assertThat(BusParts.payloads("a", Long.MAX_VALUE, List.of(large)))
        .hasSizeGreaterThan(4)
        .allMatch(payload -> payload.length() < 8_000);
  }
}
