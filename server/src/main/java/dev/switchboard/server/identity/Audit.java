package dev.switchboard.server.identity;

import dev.switchboard.protocol.Address;
import dev.switchboard.server.identity.AuditLog.Event;
import dev.switchboard.transport.HttpRequest;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Collection;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reports to the {@link AuditLog} what happens at one path: who came, who was turned away, and what
 * operators did. No method takes credentials. Thread-safe; no method blocks for longer than a log
 * line takes.
 *
 * @param log where the lines go
 * @param path the endpoint's path, or that of a route
 */
public record Audit(AuditLog log, String path) {
  /** What an operator, or the server's code, did to a user. */
  public enum Measure {
    /** The user's connections were closed; they may come back. */
    KICKED(Event.KICKED),
    /** The user was removed from a room. */
    REMOVED(Event.REMOVED),
    /** The user may no longer connect. */
    BANNED(Event.BANNED),
    /** The user may connect again. */
    UNBANNED(Event.UNBANNED),
    /** The user may no longer publish. */
    MUTED(Event.MUTED),
    /** The user may publish again. */
    UNMUTED(Event.UNMUTED),
    /** A user's, a session's or a token's proof of identity is no longer accepted. */
    REVOKED(Event.REVOKED);

    private final Event event;

    Measure(Event event) {
      this.event = event;
    }
  }

  /**
   * A user has proved who they are.
   *
   * @param by what proved it: {@code token}, {@code cookie}, {@code bind_code}, or {@code request}
   */
  public void loginSucceeded(HttpRequest request, String user, String by) {
    write(Event.LOGIN_SUCCEEDED, request, "user", user, "by", by);
  }

  /**
   * Somebody could not prove who they are.
   *
   * @param user the user of the connection, if it had one before
   * @param by as for {@link #loginSucceeded}; null if there was no proof
   * @param reason what the client was told
   */
  public void loginFailed(
      HttpRequest request, @Nullable String user, @Nullable String by, String reason) {
    write(Event.LOGIN_FAILED, request, "user", user, "by", by, "reason", reason);
  }

  /** A session goes on at another connection while its former connection was open. */
  public void sessionTakenOver(HttpRequest request, String user, String session) {
    write(Event.SESSION_TAKEN_OVER, request, "user", user, "session", session);
  }

  /** A user may not join a room. */
  public void joinRefused(HttpRequest request, String user, String room, String reason) {
    write(Event.JOIN_REFUSED, request, "user", user, "room", room, "reason", reason);
  }

  /** A user may not publish a message. */
  public void publishRefused(
      HttpRequest request, String user, String type, Collection<Address> to, String reason) {
    String places = to.stream().map(Audit::describe).collect(Collectors.joining(","));
    write(
        Event.PUBLISH_REFUSED, request, "user", user, "type", type, "to", places, "reason", reason);
  }

  /** A user was given a bind code. */
  public void bindCodeIssued(HttpRequest request, String user) {
    write(Event.BIND_CODE_ISSUED, request, "user", user);
  }

  /** A user asked for a bind code, and was given none. */
  public void bindCodeRefused(HttpRequest request, String user, String reason) {
    write(Event.BIND_CODE_REFUSED, request, "user", user, "reason", reason);
  }

  /** A page of another site wanted to connect, or to call a route. */
  public void originRefused(HttpRequest request) {
    write(
        Event.ORIGIN_REFUSED, request, "origin", String.join(" ", request.headers().all("Origin")));
  }

  /** A request was for a host that this server is not. */
  public void hostRefused(HttpRequest request) {
    write(Event.HOST_REFUSED, request, "host", request.headers().first("Host"));
  }

  /**
   * An operator, or the server's code, has done something to a user.
   *
   * @param user the user, or what else it was done to, such as a token's id
   * @param room the room, if it was done there only
   * @param reason why, if that was said
   */
  public void measure(
      Measure measure, String user, @Nullable String room, @Nullable String reason) {
    log.write(measure.event, "path", path, "user", user, "room", room, "reason", reason);
  }

  /** Writes what a client did, with where and from which address. */
  private void write(Event event, HttpRequest request, @Nullable String... more) {
    String[] where = {"path", path, "address", address(request)};
    @Nullable String[] pairs = Arrays.copyOf(where, where.length + more.length);
    System.arraycopy(more, 0, pairs, where.length, more.length);
    log.write(event, pairs);
  }

  private static @Nullable String address(HttpRequest request) {
    InetAddress address = request.remoteAddress().getAddress();
    return address == null ? null : address.getHostAddress();
  }

  private static String describe(Address address) {
    return switch (address) {
      case Address.Room room -> "room:" + room.name();
      case Address.User user -> "user:" + user.name();
      case Address.Everyone everyone -> "everyone";
    };
  }
}
