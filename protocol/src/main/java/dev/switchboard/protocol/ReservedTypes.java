package dev.switchboard.protocol;

import java.util.Set;

/** The types of messages that Switchboard itself speaks. */
final class ReservedTypes {
  // generated: reserved-types, by spec/Generate.java from spec/protocol.json
  static final Set<String> ALL =
      Set.of(
          "welcome",
          "authenticate",
          "auth_success",
          "auth_failed",
          "auth_expiring",
          "resume",
          "resumed",
          "join_room",
          "room_joined",
          "leave_room",
          "room_left",
          "user_joined",
          "user_left",
          "users_changed",
          "user_status",
          "user_list",
          "history",
          "ack",
          "error",
          "ping",
          "pong",
          "going_away");

  // end of reserved-types

  private ReservedTypes() {}
}
