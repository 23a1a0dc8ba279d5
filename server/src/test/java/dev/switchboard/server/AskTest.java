package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.InvalidMessageException;
import dev.switchboard.protocol.RefusedException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The server asks its clients, over the wire; the transcript has the case of a lost connection. */
@Tag("D1")
class AskTest {
  private final Endpoint<Talk> endpoint = Talk.endpoint();
  private final ManualClock clock = new ManualClock();
  private final Server server =
      Server.builder().port(0).clock(clock).endpoint("/ws", endpoint).start();

  @AfterEach
  void stop() {
    server.close();
  }

  private Peer<Talk> ann() {
    return endpoint.peersOf("ann").getFirst();
  }

  private CompletableFuture<Talk.Answer> ask(Duration timeout) {
    return ann().request(new Talk.Ask(1), timeout).toCompletableFuture();
  }

  private static RefusedException refused(CompletableFuture<?> answer) throws Exception {
    try {
      Object reply = answer.get(10, TimeUnit.SECONDS);
      throw new AssertionError("answered " + reply);
    } catch (ExecutionException failed) {
      return (RefusedException) Objects.requireNonNull(failed.getCause());
    }
  }

  private static String re(JsonNode question) {
    return question.get("id").toString();
  }

  @Test
  void answersFindTheirQuestionsInWhateverOrder() throws Exception {
    try (Wire wire = Wire.welcomed(server.port(), "ann")) {
      CompletableFuture<Talk.Answer> first = ask(Duration.ofMinutes(1));
      CompletableFuture<Talk.Answer> second = ask(Duration.ofMinutes(1));
      String one = re(wire.next("ask"));
      String two = re(wire.next("ask"));
      wire.say("{\"type\":\"answer\",\"re\":%s,\"data\":{\"n\":22}}".formatted(two));
      wire.say("{\"type\":\"answer\",\"re\":%s,\"data\":{\"n\":11}}".formatted(one));
      assertThat(first.get(10, TimeUnit.SECONDS).n()).isEqualTo(11);
      assertThat(second.get(10, TimeUnit.SECONDS).n()).isEqualTo(22);
    }
  }

  @Test
  void aRefusalOfTheClientsIsAnErrorWithItsCode() throws Exception {
    try (Wire wire = Wire.welcomed(server.port(), "ann")) {
      CompletableFuture<Talk.Answer> answer = ask(Duration.ofMinutes(1));
      wire.say(
          "{\"type\":\"error\",\"re\":%s,\"code\":\"conflict\",\"message\":\"not now\",\"retryable\":true}"
              .formatted(re(wire.next("ask"))));
      RefusedException refused = refused(answer);
      assertThat(refused.code()).isEqualTo(ErrorCode.CONFLICT);
      assertThat(refused.retryable()).isTrue();
    }
  }

  @Test
  void anInvalidReplyAndAReplyOfAnotherTypeAreErrors() throws Exception {
    try (Wire wire = Wire.welcomed(server.port(), "ann")) {
      CompletableFuture<Talk.Answer> invalid = ask(Duration.ofMinutes(1));
      wire.say(
          "{\"type\":\"answer\",\"re\":%s,\"data\":{\"n\":\"x\"}}".formatted(re(wire.next("ask"))));
      assertThatThrownBy(() -> invalid.get(10, TimeUnit.SECONDS))
          .hasCauseInstanceOf(InvalidMessageException.class);
      CompletableFuture<Talk.Answer> other = ask(Duration.ofMinutes(1));
      wire.say("{\"type\":\"chat\",\"re\":%s,\"data\":{}}".formatted(re(wire.next("ask"))));
      assertThat(refused(other).code()).isEqualTo(ErrorCode.INVALID);
    }
  }

  @Test
  void noAnswerInTimeIsATimeoutAndALateOneIsIgnored() throws Exception {
    try (Wire wire = Wire.welcomed(server.port(), "ann")) {
      CompletableFuture<Talk.Answer> answer = ask(Duration.ofMillis(50));
      assertThat(refused(answer).code()).isEqualTo(ErrorCode.TIMEOUT);
      wire.say(
          "{\"type\":\"answer\",\"re\":%s,\"data\":{\"n\":1}}".formatted(re(wire.next("ask"))));
      wire.hearsNothing();
    }
  }

  @Test
  void aCancelledQuestionIsForgotten() {
    try (Wire wire = Wire.welcomed(server.port(), "ann")) {
      for (int i = 0; i < 150; i++) { // more than may wait
        assertThat(ask(Duration.ofMinutes(1)).cancel(false)).isTrue();
        wire.next("ask");
      }
    }
  }

  @Test
  void theHundredAndFirstQuestionIsRefused() throws Exception {
    try (Wire wire = Wire.welcomed(server.port(), "ann")) {
      for (int i = 0; i < 100; i++) {
        assertThat(ask(Duration.ofMinutes(1))).isNotDone();
      }
      assertThat(refused(ask(Duration.ofMinutes(1))).code()).isEqualTo(ErrorCode.UNAVAILABLE);
      wire.barrier();
    }
  }

  @Test
  void whatHasNoAnswerIsAskedAgainWhenTheSessionGoesOn() throws Exception {
    Wire lost = Wire.open(server.port(), "/ws?user=ann");
    JsonNode welcome = lost.next();
    CompletableFuture<Talk.Answer> answer = ask(Duration.ofMinutes(1));
    String question = re(lost.next("ask"));
    lost.lose();
    try (Wire back = Wire.welcomed(server.port(), "ann")) {
      back.ask(
          "{\"type\":\"resume\",\"id\":1,\"session\":%s,\"secret\":%s}"
              .formatted(welcome.get("session"), welcome.get("secret")));
      assertThat(re(back.next("ask"))).isEqualTo(question);
      back.say("{\"type\":\"answer\",\"re\":%s,\"data\":{\"n\":5}}".formatted(question));
      assertThat(answer.get(10, TimeUnit.SECONDS).n()).isEqualTo(5);
    }
  }

  @Test
  void aSessionThatEndsFailsWhatItWasAsked() throws Exception {
    try (Wire wire = Wire.welcomed(server.port(), "ann")) {
      CompletableFuture<Talk.Answer> answer = ask(Duration.ofMinutes(1));
      wire.close(1000);
      RefusedException refused = refused(answer);
      assertThat(refused.code()).isEqualTo(ErrorCode.UNAVAILABLE);
      assertThat(refused.retryable()).isFalse();
    }
  }

  @Test
  void anAnswerToNothingIsIgnored() {
    try (Wire wire = Wire.welcomed(server.port(), "ann")) {
      wire.say("{\"type\":\"answer\",\"re\":\"made up\",\"data\":{\"n\":1}}");
      wire.say("{\"type\":\"error\",\"re\":7}");
      wire.hearsNothing();
    }
  }
}
