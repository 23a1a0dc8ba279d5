package dev.switchboard.server;

import dev.switchboard.protocol.Fleeting;
import dev.switchboard.protocol.Protocol;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.Request;
import dev.switchboard.protocol.TypeName;
import dev.switchboard.spi.Authenticator;
import java.util.List;

/** The messages of the transcripts. */
sealed interface Talk {
  @TypeName("chat")
  record Said(String message) implements Talk {}

  @Fleeting
  record Typing(boolean on) implements Talk {}

  record Ask(int n) implements Talk, Request<Answer> {}

  record Note(String text) implements Talk {}

  @Fleeting
  record Told(String text) implements Talk {}

  record Answer(int n) {}

  /**
   * An endpoint that knows its users by {@code ?user=}, answers {@code ask} and takes {@code note}.
   * A note {@code ask ANN} has it ask Ann, and tell whoever sent the note what she said; a note
   * {@code remove ANN ROOM} has it remove Ann from the room.
   */
  static Endpoint<Talk> endpoint() {
    return endpoint(Protocol.of(Talk.class));
  }

  /** The same, with a protocol that may know its hash. */
  static Endpoint<Talk> endpoint(Protocol<Talk> protocol) {
    Endpoint<Talk> endpoint =
        Endpoint.of(protocol).clientsMayPublish(Talk.class, Addresses.rooms(), Addresses.users());
    return answering(
        endpoint.identify(request ->
            Verdict.allow(request.query().getOrDefault("user", List.of("nobody")).get(0))));
  }

  /** The same, but it knows its users by tokens. */
  static Endpoint<Talk> endpoint(Authenticator authenticator) {
    return answering(
        Endpoint.of(Talk.class)
            .clientsMayPublish(Talk.class, Addresses.rooms(), Addresses.users())
            .authenticate(authenticator));
  }

  private static Endpoint<Talk> answering(Endpoint<Talk> endpoint) {
    return endpoint
        .statusVisible((asker, user) -> true)
        .clientsMayListOnlineUsers()
        .reply(Ask.class, (ask, from) -> new Answer(ask.n() + 1))
        .on(
            Note.class,
            (note, from) -> {
              if (note.text().startsWith("ask ")) {
                endpoint.peersOf(note.text().substring(4)).forEach(peer -> pass(peer, from));
              }
              if (note.text().startsWith("remove ")) {
                String[] words = note.text().split(" ", -1);
                endpoint.moderation().in(words[2]).kick(words[1], "");
              }
            });
  }

  private static void pass(Peer<Talk> asked, Peer<Talk> to) {
    asked
        .request(new Ask(1))
        .whenComplete((answer, failure) ->
            to.fleeting(
                new Told(
                    failure instanceof RefusedException refused
                        ? "refused " + refused.code().wire()
                        : "answered " + answer.n())));
  }
}
