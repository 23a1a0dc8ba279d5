package dev.switchboard.server.session;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.server.limits.EndpointContext;
import dev.switchboard.server.limits.SessionSettings;
import dev.switchboard.spi.Restriction;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a connection's client may ask for, as far as the endpoint's options and its operators decide
 * it; hooks decide the rest. Confined to the connection's loop.
 *
 * @param endpoint what the endpoint was started with
 * @param settings the options of its sessions
 * @param user the user's present name
 * @param in whether the session is in a room
 */
record Permissions(
    EndpointContext endpoint,
    SessionSettings settings,
    Supplier<String> user,
    Predicate<String> in) {
  /**
   * Refuses a message that this client may not publish.
   *
   * @throws RefusedException {@code forbidden} or {@code not_a_member}
   */
  void requirePublish(String type, Address address) {
    settings.publishing().rules().require(type, address);
    String room = address instanceof Address.Room named ? named.name() : null;
    requireMember(room);
    Restriction mute = endpoint.restrictions().mute(endpoint.path(), user.get(), room);
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
    Restriction ban = endpoint.restrictions().ban(endpoint.path(), user.get(), room);
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
    if (room == null && !settings.presence().listed()) {
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
    if (address instanceof Address.User inbox && !inbox.name().equals(user.get())) {
      throw new RefusedException(
          ErrorCode.FORBIDDEN, "user: another one's inbox (expected: your own)");
    }
  }

  private void requireMember(@Nullable String room) {
    if (room != null && !in.test(room)) {
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
}
