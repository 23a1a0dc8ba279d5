package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("D8")
@DisplayName("D8: typed handlers on the event loop")
class LoopHandlersTest {
  private final List<String> calls = new CopyOnWriteArrayList<>();

  private void called(String what) {
    calls.add(what + " on " + Thread.currentThread().getName().replaceAll("-\\d+.*", ""));
  }

  private Endpoint<Talk> endpoint() {
    return Endpoint.of(Talk.class)
        .clientsMayPublish(Talk.class, Addresses.rooms(), Addresses.users())
        .handlersOnEventLoop()
        .identify(
            request -> Verdict.allow(request.query().getOrDefault("user", List.of("x")).get(0)))
        .onOpen(peer -> called("open"))
        .onJoin((room, peer) -> called("join"))
        .onPublish(
            Talk.Said.class,
            (chat, publishing) -> {
              called("publish " + chat.message());
              if (chat.message().equals("no")) {
                throw new RefusedException(ErrorCode.FORBIDDEN, "not that");
              }
            })
        .on(Talk.Note.class, (note, from) -> called("note " + note.text()))
        .reply(
            Talk.Ask.class,
            (ask, from) -> {
              called("ask");
              return new Talk.Answer(ask.n() + 1);
            })
        .onClose((peer, code, reason, clean) -> called("close"));
  }

  @Test
  void everyHandlerRunsThereInTheOrderOfTheMessages() {
    try (Server server = Server.builder().port(0).endpoint("/ws", endpoint()).start()) {
      try (Wire ann = Wire.welcomed(server.port(), "ann")) {
        ann.say("{\"type\":\"join_room\",\"room\":\"r\",\"id\":1}");
        ann.say("{\"type\":\"note\",\"id\":2,\"data\":{\"text\":\"a\"}}");
        ann.say("{\"type\":\"ask\",\"id\":3,\"data\":{\"n\":1}}");
        ann.say("{\"type\":\"chat\",\"room\":\"r\",\"id\":4,\"data\":{\"message\":\"no\"}}");
        ann.say("{\"type\":\"chat\",\"room\":\"r\",\"id\":5,\"data\":{\"message\":\"yes\"}}");
        assertThat(ann.next("room_joined").get("re").intValue()).isEqualTo(1);
        assertThat(ann.next("ack").get("re").intValue()).isEqualTo(2);
        assertThat(ann.next("answer").get("data").get("n").intValue()).isEqualTo(2);
        assertThat(ann.next("error").get("code").stringValue()).isEqualTo("forbidden");
        assertThat(ann.next("ack").get("seq").intValue()).isEqualTo(1);
      }
      await()
          .untilAsserted(() ->
              assertThat(calls)
                  .containsExactly(
                      "open on switchboard-loop",
                      "join on switchboard-loop",
                      "note a on switchboard-loop",
                      "ask on switchboard-loop",
                      "publish no on switchboard-loop",
                      "publish yes on switchboard-loop",
                      "close on switchboard-loop"));
    }
  }
}
