package dev.switchboard.server.session;

import dev.switchboard.protocol.CloseCode;
import dev.switchboard.server.identity.Authentication;
import dev.switchboard.server.limits.EndpointContext;
import dev.switchboard.spi.AuthenticatedUser;
import java.util.List;
import java.util.function.Predicate;

/**
 * Ends sessions, and memberships of rooms, against the will of their clients. A session that waits
 * for its client ends too, so it can't be resumed. Thread-safe; nothing blocks.
 *
 * <p>What a connected session does is confined to its connection's loop, and so is its eviction. If
 * another connection takes the session over meanwhile, the eviction follows it there.
 */
public final class Evictions {
  private final Hub hub;
  private final EndpointContext context;

  /** Acts on the sessions of an endpoint. */
  public Evictions(Hub hub, EndpointContext context) {
    this.hub = hub;
    this.context = context;
  }

  /** Ends sessions and closes their connections. Returns how many there are. */
  public int end(Predicate<Session> which, CloseCode code, String reason) {
    List<Session> found = hub.sessions().stream().filter(which).toList();
    found.forEach(session -> end(session, code, reason));
    return found.size();
  }

  private void end(Session session, CloseCode code, String reason) {
    session.end(
        connection -> {
          if (connection == null) {
            hub.endWaiting(session);
          } else {
            hub.end(session, context.timestamp());
            connection.departure().turnAway(code, reason);
          }
        },
        () -> {});
  }

  /** Removes a user's sessions from a room. Returns how many were in it. */
  public int remove(String room, String user, String reason) {
    List<Session> found =
        hub.sessions().stream()
            .filter(session -> session.user().equals(user) && session.in(room))
            .toList();
    found.forEach(session -> remove(session, room, reason));
    return found.size();
  }

  private void remove(Session session, String room, String reason) {
    Connection connection = session.connection();
    if (connection != null) {
      connection.onLoop(() -> {
        if (session.isOf(connection)) {
          connection.removed(room, reason);
        } else if (session.connection() != connection) {
          remove(session, room, reason);
        }
      });
    } else if (!session.leaveWaiting(room) && session.connection() != null) {
      remove(session, room, reason);
    }
  }

  /**
   * Closes the connections of users whose proof of identity was revoked. Their sessions wait, and
   * can be resumed with a new proof.
   */
  public void revoked(Predicate<AuthenticatedUser> whose) {
    for (Connection connection : hub.connections()) {
      AuthenticatedUser user = connection.identified();
      if (user != null && whose.test(user)) {
        connection.departure().turnAway(CloseCode.AUTH_EXPIRED, Authentication.REVOKED);
      }
    }
  }
}
