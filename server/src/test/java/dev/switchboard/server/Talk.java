package dev.switchboard.server;

import dev.switchboard.protocol.Fleeting;
import dev.switchboard.protocol.Request;
import dev.switchboard.protocol.Type;
import java.util.List;

/** The messages of the transcripts. */
sealed interface Talk {
  @Type("chat")
  record Said(String message) implements Talk {}

  @Fleeting
  record Typing(boolean on) implements Talk {}

  record Ask(int n) implements Talk, Request<Answer> {}

  record Note(String text) implements Talk {}

  record Answer(int n) {}

  /**
   * An endpoint that knows its users by {@code ?user=}, answers {@code ask} and takes {@code note}.
   */
  static Endpoint<Talk> endpoint() {
    return Endpoint.of(Talk.class)
        .identify(request ->
            Endpoint.Verdict.allow(request.query().getOrDefault("user", List.of("nobody")).get(0)))
        .reply(Ask.class, (ask, from) -> new Answer(ask.n() + 1))
        .on(Note.class, (note, from) -> {});
  }
}
