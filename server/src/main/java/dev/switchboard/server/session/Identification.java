package dev.switchboard.server.session;

import dev.switchboard.protocol.CloseCode;
import dev.switchboard.protocol.wire.AuthenticationMessages;
import dev.switchboard.protocol.wire.Control;
import dev.switchboard.protocol.wire.Id;
import dev.switchboard.server.identity.Authentication;
import dev.switchboard.server.identity.Expiry;
import dev.switchboard.server.limits.Arrivals;
import dev.switchboard.server.limits.ConnectionCounts;
import dev.switchboard.server.limits.EndpointContext;
import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.AuthenticationException;
import dev.switchboard.spi.Credentials;
import org.jspecify.annotations.Nullable;

/**
 * Who a connection's client has proved to be, and until when. The same user may renew the proof;
 * when it expires, the connection is closed. Confined to the connection's loop, except {@link
 * #user} and {@link #name}.
 */
final class Identification {
  private final EndpointRuntime endpoint;
  private final Connection connection;
  private final Expiry expiry;

  /** The authenticated user; null for a guest. Written on the loop, read by any thread. */
  private volatile @Nullable AuthenticatedUser user;

  /** Whether a token from the client is being checked. Confined to the loop. */
  private boolean proving;

  Identification(
      EndpointRuntime endpoint, Connection connection, @Nullable AuthenticatedUser user) {
    this.endpoint = endpoint;
    this.connection = connection;
    this.user = user;
    this.expiry = new Expiry(connection.webSocket().eventLoop(), this::expiring, this::expired);
    if (user != null) {
      expiry.in(endpoint.context().millisLeft(user));
    }
  }

  /** Returns the user, or null for a guest. Thread-safe. */
  @Nullable AuthenticatedUser user() {
    return user;
  }

  /** Returns the user's name; empty for a guest. Thread-safe. */
  String name() {
    AuthenticatedUser present = user;
    return present == null ? "" : present.name();
  }

  /** Returns the credentials in a client's message. */
  static Credentials shown(Control.Authenticate message) {
    return new Credentials(
        message.code() ? Credentials.Kind.BIND_CODE : Credentials.Kind.TOKEN, message.proof());
  }

  /** Checks credentials that renew the proof, and answers. */
  void authenticate(@Nullable Id id, Credentials shown) {
    Authentication authentication = endpoint.context().authentication();
    if (authentication == null || proving) {
      String why = proving ? "another token is being checked" : "no token is taken here";
      connection.send(AuthenticationMessages.failed(id, why, proving));
      return;
    }
    Arrivals.Refusal locked = locked();
    if (locked != null) {
      endpoint.meter().limit(locked.limit());
      connection.send(AuthenticationMessages.failed(id, locked.reason(), true));
      return;
    }
    proving = true;
    var unused =
        authentication
            .prove(shown)
            .whenComplete((proved, failure) ->
                connection.onLoop(
                    () -> proved(id, Authentication.named(shown.kind()), proved, failure)));
  }

  private void proved(
      @Nullable Id id, String by, @Nullable AuthenticatedUser proved, @Nullable Throwable failure) {
    proving = false;
    if (!connection.open()) {
      return;
    }
    if (proved == null) {
      AuthenticationException why = Authentication.reason(failure);
      if (!why.retryable()) {
        loginFailed();
      }
      refuse(id, by, String.valueOf(why.getMessage()), why.retryable());
    } else if (!proved.name().equals(name())) {
      loginFailed();
      refuse(id, by, "token: of another user", false);
    } else {
      user = proved;
      EndpointContext.Barred barred = endpoint.context().barred(proved);
      if (barred != null) { // since the proof was checked
        endpoint.context().audit().loginFailed(connection.request(), name(), by, barred.reason());
        connection.departure().turnAway(barred.code(), barred.reason());
        return;
      }
      Long left = endpoint.context().millisLeft(proved);
      expiry.in(left);
      connection.send(AuthenticationMessages.success(id, proved.name(), left));
    }
  }

  private void refuse(@Nullable Id id, String by, String why, boolean retryable) {
    endpoint.context().audit().loginFailed(connection.request(), name(), by, why);
    connection.send(AuthenticationMessages.failed(id, why, retryable));
  }

  /** Returns why no further login may be tried; null if it may. */
  private Arrivals.@Nullable Refusal locked() {
    Arrivals arrivals = endpoint.context().arrivals();
    long now = endpoint.context().now();
    Arrivals.Refusal locked = arrivals.locked(address(), now);
    return locked != null ? locked : arrivals.locked(Arrivals.user(name()), now);
  }

  private void loginFailed() {
    Arrivals arrivals = endpoint.context().arrivals();
    long now = endpoint.context().now();
    arrivals.loginFailed(address(), now);
    arrivals.loginFailed(Arrivals.user(name()), now);
  }

  private String address() {
    return ConnectionCounts.address(connection.request());
  }

  private void expiring(long millis) {
    if (connection.open()) {
      connection.send(AuthenticationMessages.expiring(millis));
    }
  }

  private void expired() {
    connection.departure().turnAway(CloseCode.AUTH_EXPIRED, "the proof of identity has expired");
  }

  /** Cancels the expiry timers, because the connection has ended. */
  void end() {
    expiry.cancel();
  }
}
