package dev.switchboard.server;

import dev.switchboard.protocol.Address;
import dev.switchboard.server.identity.Audit.Measure;
import dev.switchboard.server.limits.EndpointContext;
import dev.switchboard.spi.Restriction;
import dev.switchboard.spi.Restriction.Kind;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An operator's power over users: at a whole endpoint, or {@link #in} one room. It takes effect on
 * all of a user's sessions before the method returns, also on those that wait for their client to
 * come back. Users are known by name; a guest who loses the session gets another name, so only
 * authenticated users can be kept away. A reason has at most 1,000 characters.
 *
 * <p>Bans and mutes are kept in memory, or in the {@link ServerBuilder#restrictions store} given to
 * the server; then the methods that change them may block. Thread-safe.
 */
public final class Moderation {
  private static final Duration LONGEST = Duration.ofDays(36_500);
  private static final int MAX_REASON = 1_000;

  // Both throw until the server has started.
  private final Supplier<EndpointContext> endpoint;
  private final Supplier<Orders> orders;

  private final @Nullable String room; // null for the endpoint

  Moderation(Supplier<EndpointContext> endpoint, Supplier<Orders> orders, @Nullable String room) {
    this.endpoint = endpoint;
    this.orders = orders;
    this.room = room;
  }

  /** Returns the power over users in one room. */
  public Moderation in(String name) {
    return new Moderation(endpoint, orders, new Address.Room(name).name());
  }

  /**
   * Throws a user out. From an endpoint: closes the user's connections with 4505, after which the
   * clients do not reconnect by themselves, and ends the sessions, so that they can't be resumed.
   * From a room: removes the user's sessions from it; their clients are told by {@code room_left}
   * and do not join again by themselves. Nothing keeps the user from coming back.
   *
   * @param reason for the user
   * @return how many sessions were there
   */
  public int kick(String user, String reason) {
    requireShort(reason);
    audit(room == null ? Measure.KICKED : Measure.REMOVED, user, reason);
    return orders.get().evict(context().path(), user, room, Orders.because("removed", reason));
  }

  /**
   * Throws a user out, and keeps the user out until the ban is over or {@link #unban lifted}. At an
   * endpoint, the user's connections are closed with 4505 as soon as the user has authenticated. In
   * a room, joining is {@code forbidden}. A second ban replaces the first.
   *
   * @param time a positive duration, at most 100 years
   * @param reason for the user
   * @throws dev.switchboard.protocol.RefusedException {@code unavailable} if the ban could not be
   *     stored, in which case it lasts until the server stops; or if 100,000 restrictions are in
   *     force, in which case the user is only thrown out
   * @throws IllegalArgumentException if the time is not within its limits
   */
  public void ban(String user, Duration time, String reason) {
    requireShort(reason);
    audit(Measure.BANNED, user, reason);
    impose(Kind.BAN, user, time, reason);
  }

  /** Lifts a ban. Returns whether there was one. May throw as {@link #ban}. */
  public boolean unban(String user) {
    audit(Measure.UNBANNED, user, null);
    return orders.get().lift(key(Kind.BAN, user));
  }

  /**
   * Keeps a user from publishing until the mute is over or {@link #unmute lifted}: {@code
   * forbidden}. The user goes on reading, and messages to the server's handlers go on. May throw as
   * {@link #ban}.
   *
   * @param time a positive duration, at most 100 years
   * @param reason for the user
   */
  public void mute(String user, Duration time, String reason) {
    requireShort(reason);
    audit(Measure.MUTED, user, reason);
    impose(Kind.MUTE, user, time, reason);
  }

  /** Lifts a mute. Returns whether there was one. May throw as {@link #ban}. */
  public boolean unmute(String user) {
    audit(Measure.UNMUTED, user, null);
    return orders.get().lift(key(Kind.MUTE, user));
  }

  /**
   * Returns a snapshot of the bans and mutes in force, in no order: those of the room; or those of
   * the endpoint, including all of its rooms.
   */
  public List<Restriction> inForce() {
    return context().restrictions().of(context().path(), room);
  }

  private void impose(Kind kind, String user, Duration time, String reason) {
    if (time.isNegative() || time.isZero() || time.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("time: " + time + " (expected: up to 100 years)");
    }
    orders.get().impose(context().restrictions().fromNow(key(kind, user), time, reason));
  }

  private static void requireShort(String reason) {
    if (reason.length() > MAX_REASON) {
      throw new IllegalArgumentException(
          "reason: " + reason.length() + " characters (expected: up to " + MAX_REASON + ")");
    }
  }

  private void audit(Measure measure, String user, @Nullable String reason) {
    context().audit().measure(measure, user, room, reason);
  }

  private Restriction.Key key(Kind kind, String user) {
    return new Restriction.Key(kind, context().path(), new Address.User(user).name(), room);
  }

  private EndpointContext context() {
    return endpoint.get();
  }
}
