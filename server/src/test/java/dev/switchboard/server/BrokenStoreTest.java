package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What members and server code see of a store that fails or hangs, over real sockets. */
@Tag("D2")
class BrokenStoreTest {
  private final FaultyStore store = new FaultyStore();
  private final Endpoint<Talk> endpoint = Talk.endpoint();
  private final Server server =
      Server.builder()
          .port(0)
          .history(store)
          .closeTimeout(Duration.ofSeconds(1))
          .endpoint("/ws", endpoint)
          .start();

  @AfterEach
  void stop() {
    store.release();
    server.close();
  }

  private Wire member(String user) {
    Wire wire = Wire.welcomed(server.port(), user);
    wire.ask("{\"type\":\"join_room\",\"room\":\"r\",\"id\":1}");
    return wire;
  }

  private static JsonNode say(Wire wire, String message) {
    return wire.ask(
        "{\"type\":\"chat\",\"room\":\"r\",\"id\":7,\"messageId\":\"%s\",\"data\":{\"message\":\"%s\"}}"
            .formatted(message, message));
  }

  private static void hears(Wire wire, int seq, String message) {
    JsonNode entry = wire.next("chat");
    assertThat(entry.get("seq").intValue()).isEqualTo(seq);
    assertThat(entry.get("data").get("message").stringValue()).isEqualTo(message);
  }

  @Test
  void membersAreShownAnEntryWhoseCommitSeemedToFailInItsPlace() {
    try (Wire ann = member("ann");
        Wire bob = member("bob")) {
      say(ann, "a");
      store.thenCommitsAndThrows();
      assertThat(say(ann, "b").get("code").stringValue()).isEqualTo("unavailable");
      assertThat(say(ann, "b").get("seq").intValue()).isEqualTo(2);
      assertThat(say(ann, "c").get("seq").intValue()).isEqualTo(3);
      hears(bob, 1, "a");
      hears(bob, 2, "b");
      hears(bob, 3, "c");
    }
  }

  @Test
  void andThatSoonIfNobodyPublishesAnyMore() {
    try (Wire ann = member("ann");
        Wire bob = member("bob")) {
      store.thenCommitsAndThrows();
      say(ann, "a");
      hears(bob, 1, "a");
    }
  }

  @Test
  void closingDoesNotWaitForAStoreThatHangsAndWhatWaitedIsRefused() throws Exception {
    store.thenHangs();
    CompletableFuture<Long> first = publish("a");
    store.awaitHanging();
    CompletableFuture<Long> second = publish("b");
    long began = System.nanoTime();
    server.close();
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(15));
    expectUnavailable(first);
    expectUnavailable(second);
    expectUnavailable(publish("c"));
    store.release();
    await().untilAsserted(() -> assertThat(store.sizes()).containsExactly(1));
  }

  private CompletableFuture<Long> publish(String message) {
    return endpoint.room("r").publishAsync(new Talk.Said(message), null).toCompletableFuture();
  }

  private static void expectUnavailable(CompletableFuture<Long> result) {
    assertThat(result).isDone();
    assertThatThrownBy(result::join)
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOfSatisfying(
            RefusedException.class,
            refused -> assertThat(refused.code()).isEqualTo(ErrorCode.UNAVAILABLE));
  }
}
