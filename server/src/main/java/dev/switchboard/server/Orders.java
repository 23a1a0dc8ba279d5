package dev.switchboard.server;

import dev.switchboard.protocol.RefusedException;
import dev.switchboard.server.identity.Restrictions;
import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.Bus;
import dev.switchboard.spi.Restriction;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out operators' orders on this server, and passes them on to the others. What another
 * server orders while it can't be heard is found in the store afterwards, if it is a restriction;
 * that a user was thrown out is not repeated. Thread-safe; giving an order may block if
 * restrictions are stored.
 */
final class Orders {
  private static final Logger LOG = LoggerFactory.getLogger(Orders.class);
  private static final String KIND = "orders";
  private static final int MOST_WAITING = 10_000;
  private static final long RETRY_MILLIS = 1_000;

  private final Map<String, EndpointPath> endpoints;
  private final Restrictions restrictions;
  private final @Nullable Bus bus; // null if this server is alone

  /** Carries out what others order, one after another, as that may block. */
  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          1,
          1,
          1,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(MOST_WAITING),
          Thread.ofVirtual().name("switchboard-orders").factory());

  /**
   * Creates the orders of a server.
   *
   * @param endpoints by path
   * @param bus connects it to others, and has not started; null if there are none
   */
  Orders(Map<String, EndpointPath> endpoints, Restrictions restrictions, @Nullable Bus bus) {
    this.endpoints = endpoints;
    this.restrictions = restrictions;
    this.bus = bus;
    thread.allowCoreThreadTimeOut(true);
    if (bus != null) {
      bus.listen(KIND, new Others());
    }
  }

  /** Returns what operators have forbidden. */
  Restrictions restrictions() {
    return restrictions;
  }

  /** Hears what other servers order. */
  private final class Others implements Bus.Listener {
    @Override
    public void received(byte[] message) {
      Order order = Order.decoded(message);
      later(() -> carryOut(order));
    }

    @Override
    public void interrupted() {
      // what is missed is read when it is over
    }

    @Override
    public void restored() {
      later(Orders.this::reload);
    }
  }

  private void later(Runnable task) {
    try {
      thread.execute(() -> {
        try {
          task.run();
        } catch (RuntimeException failed) { // such as too many restrictions
          LOG.error("what another server ordered could not be done", failed);
        }
      });
    } catch (RejectedExecutionException full) {
      if (!thread.isShutdown()) {
        LOG.error("other servers order more than can be carried out; some of it is left out");
      }
    }
  }

  private void reload() {
    try {
      restrictions.reload().forEach(this::enforce);
    } catch (RefusedException away) {
      LOG.debug("restrictions can't be read yet", away);
      CompletableFuture.delayedExecutor(RETRY_MILLIS, TimeUnit.MILLISECONDS)
          .execute(() -> later(this::reload));
    }
  }

  private void tell(Order order) {
    if (bus != null) {
      bus.send(KIND, order.encoded());
    }
  }

  /** Carries out nothing more of what others order. */
  void close() {
    thread.shutdownNow();
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
      tell(new Order.Impose(restriction));
    }
  }

  /**
   * Lifts a restriction everywhere. Returns whether there was one here.
   *
   * @throws dev.switchboard.protocol.RefusedException as {@link Restrictions#lift}
   */
  boolean lift(Restriction.Key key) {
    try {
      return restrictions.lift(key);
    } finally {
      tell(new Order.Lift(key));
    }
  }

  /** Throws a user out everywhere. Returns how many sessions there were here. */
  int evict(String path, String user, @Nullable String room, String why) {
    return give(new Order.Evict(path, user, room, why));
  }

  /** Ends a session, wherever it is. Returns whether it was here. */
  boolean endSession(String id) {
    return give(new Order.EndSession(id)) > 0;
  }

  private int give(Order order) {
    int concerned = carryOut(order);
    tell(order);
    return concerned;
  }

  /** Returns how many sessions were concerned. */
  private int carryOut(Order order) {
    return switch (order) {
      case Order.Impose(Restriction restriction) -> {
        try {
          restrictions.learn(restriction);
        } finally {
          enforce(restriction);
        }
        yield 0;
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
