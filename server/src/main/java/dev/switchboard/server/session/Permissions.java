package dev.switchboard.server.session;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.spi.Restriction;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a connection's client may ask for, as far as the endpoint's options and its operators decide
 * it; hooks decide the rest. Confined to the connection's loop.
 */
record Permissions(EndpointRuntime endpoint, Connection connection) {
  /**
   * Refuses a message that this client may not publish.
   *
   * @throws RefusedException {@code forbidden} or {@code not_a_member}
   */
  void requirePublish(String type, Address address) {
    endpoint.sessionSettings().publishing().rules().require(type, address);
    String room = address instanceof Address.Room named ? named.name() : null;
    requireMember(room);
    Restriction mute =
        endpoint.context().restrictions().mute(endpoint.path(), session().user(), room);
    if (mute != null) {
      throw restricted("muted", mute);
    }
  }

  /**
   * Refuses a room that the user is banned from. Ask after the session has joined: then either a
   * new ban finds it there, or it finds the ban.
   *
   * @throws RefusedException {@code forbidden}
   */
  void requireJoin(String room) {
    Restriction ban =
        endpoint.context().restrictions().ban(endpoint.path(), session().user(), room);
    if (ban != null) {
      throw restricted("banned", ban);
    }
  }

  /**
   * Refuses a list of the users in a room, or of those online if the room is null.
   *
   * @throws RefusedException {@code forbidden} or {@code not_a_member}
   */
  void requireUserList(@Nullable String room) {
    requireMember(room);
    if (room == null && !endpoint.sessionSettings().presence().listed()) {
      throw new RefusedException(
          ErrorCode.FORBIDDEN,
          "users: not listed for clients here (expected: a room that you are in)");
    }
  }

  /**
   * Refuses a log that the client may not read.
   *
   * @throws RefusedException {@code forbidden} or {@code not_a_member}
   */
  void requireHistory(Address address) {
    if (address instanceof Address.Room room) {
      requireMember(room.name());
    }
    if (address instanceof Address.User user && !user.name().equals(session().user())) {
      throw new RefusedException(
          ErrorCode.FORBIDDEN, "user: another one's inbox (expected: your own)");
    }
  }

  private void requireMember(@Nullable String room) {
    if (room != null && !session().in(room)) {
      throw notAMember(room);
    }
  }

  /** The refusal of a room that the client is not in. */
  static RefusedException notAMember(String room) {
    return new RefusedException(
        ErrorCode.NOT_A_MEMBER,
        "room: you are not in it (expected: join_room first)",
        false,
        Map.of("room", room));
  }

  private static RefusedException restricted(String what, Restriction why) {
    return new RefusedException(
        ErrorCode.FORBIDDEN,
        why.reason().isEmpty() ? what : what + ": " + why.reason(),
        false,
        Map.of("until", why.until().toEpochMilli()));
  }

  private Session session() {
    return connection.session();
  }
}
