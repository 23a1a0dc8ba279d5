package dev.switchboard.server;

import dev.switchboard.server.identity.Restrictions;
import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.Restriction;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Carries out operators' orders on this server, and passes them on to the others. Thread-safe;
 * giving an order may block if restrictions are stored.
 */
final class Orders {
  private final Map<String, EndpointPath> endpoints;
  private final Restrictions restrictions;

  /**
   * Creates the orders of a server.
   *
   * @param endpoints by path
   */
  Orders(Map<String, EndpointPath> endpoints, Restrictions restrictions) {
    this.endpoints = endpoints;
    this.restrictions = restrictions;
  }

  /**
   * Imposes a restriction everywhere, and throws out whom it concerns, also if it could not be
   * kept.
   *
   * @throws dev.switchboard.protocol.RefusedException as {@link Restrictions#impose}
   */
  void impose(Restriction restriction) {
    try {
      restrictions.impose(restriction);
    } finally {
      enforce(restriction);
    }
  }

  /**
   * Lifts a restriction everywhere. Returns whether there was one here.
   *
   * @throws dev.switchboard.protocol.RefusedException as {@link Restrictions#lift}
   */
  boolean lift(Restriction.Key key) {
    return restrictions.lift(key);
  }

  /** Throws a user out everywhere. Returns how many sessions there were here. */
  int evict(String path, String user, @Nullable String room, String why) {
    return carryOut(new Order.Evict(path, user, room, why));
  }

  /** Ends a session, wherever it is. Returns whether it was here. */
  boolean endSession(String id) {
    return carryOut(new Order.EndSession(id)) > 0;
  }

  /** Returns how many sessions were concerned. */
  private int carryOut(Order order) {
    return switch (order) {
      case Order.Impose(Restriction restriction) -> {
        restrictions.learn(restriction);
        yield enforce(restriction);
      }
      case Order.Lift(Restriction.Key key) -> {
        restrictions.forget(key);
        yield 0;
      }
      case Order.Evict evict -> {
        EndpointPath endpoint = endpoints.get(evict.path());
        yield endpoint == null ? 0 : endpoint.evict(evict.user(), evict.room(), evict.why());
      }
      case Order.EndSession(String id) -> {
        int ended = 0;
        for (EndpointPath endpoint : endpoints.values()) {
          ended += endpoint.endSession(id) ? 1 : 0;
        }
        yield ended;
      }
    };
  }

  private int enforce(Restriction restriction) {
    Restriction.Key key = restriction.key();
    String subject = key.subject();
    return switch (key.kind()) {
      case BAN ->
          carryOut(
              new Order.Evict(
                  key.space(), subject, key.room(), because("banned", restriction.reason())));
      case MUTE -> 0;
      case USER_REVOKED -> revoked(user -> user.name().equals(subject));
      case CREDENTIAL_REVOKED -> revoked(user -> subject.equals(user.credentialId()));
    };
  }

  private int revoked(Predicate<AuthenticatedUser> whose) {
    endpoints.values().forEach(endpoint -> endpoint.revoked(whose));
    return 0;
  }

  /** Returns what a user is told about a measure. */
  static String because(String what, String reason) {
    return reason.isEmpty() ? what : what + ": " + reason;
  }
}
