package dev.switchboard.server.session;

import dev.switchboard.protocol.CloseCode;
import dev.switchboard.protocol.wire.AuthenticationMessages;
import dev.switchboard.protocol.wire.Control;
import dev.switchboard.protocol.wire.Draft;
import dev.switchboard.protocol.wire.Encoding;
import dev.switchboard.protocol.wire.Envelope;
import dev.switchboard.protocol.wire.Envelope.MalformedEnvelope;
import dev.switchboard.protocol.wire.Id;
import dev.switchboard.server.identity.Audit;
import dev.switchboard.server.identity.Authentication;
import dev.switchboard.server.limits.Arrivals;
import dev.switchboard.server.limits.ConnectionCounts;
import dev.switchboard.server.limits.EndpointContext;
import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.AuthenticationException;
import dev.switchboard.spi.Credentials;
import dev.switchboard.spi.Limit;
import dev.switchboard.transport.HttpRequest;
import dev.switchboard.transport.Overflow;
import dev.switchboard.transport.ReadyState;
import dev.switchboard.transport.WebSocket;
import dev.switchboard.transport.WebSocketListener;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket whose client has not authenticated yet. The client may send {@code authenticate},
 * once and within ten seconds; then a {@link Connection} takes over the WebSocket and all further
 * events. Until then only the socket exists: no session and no peer. How long the authenticator
 * takes is its own limit, and not the client's. Confined to its event loop.
 */
public final class AuthenticationGate implements WebSocketListener {
  private static final long DEADLINE_SECONDS = 10;

  private final EndpointRuntime endpoint;
  private final WebSocket webSocket;
  private final HttpRequest request;
  private final Map<String, String> parameters;
  private final Authentication authentication;
  private final Arrivals arrivals;
  private final String address;
  private final Encoding encoding;
  private final Future<?> deadline;
  private boolean asked; // whether the client has sent its first message
  private boolean waiting = true; // whether it counts as one that is being identified
  private String by = ""; // the kind of its proof, for the audit; empty until it has shown one
  private @Nullable Connection connection; // takes over after the proof; null until then

  /** Takes over a WebSocket that just opened. Must be called on its loop. */
  public AuthenticationGate(
      EndpointRuntime endpoint,
      WebSocket webSocket,
      HttpRequest request,
      Map<String, String> parameters,
      Authentication authentication) {
    this.endpoint = endpoint;
    this.webSocket = webSocket;
    this.request = request;
    this.parameters = parameters;
    this.authentication = authentication;
    this.arrivals = endpoint.context().arrivals();
    this.address = ConnectionCounts.address(request);
    arrivals.unproved(address);
    this.encoding = endpoint.encodings().agreed(webSocket.subprotocol());
    this.deadline =
        webSocket
            .eventLoop()
            .schedule(
                () -> refuse("authenticate: none within 10 seconds"),
                DEADLINE_SECONDS,
                TimeUnit.SECONDS);
  }

  @Override
  public void onText(ByteBuf view) {
    if (connection != null) {
      connection.onText(view);
    } else {
      first(view, false);
    }
  }

  @Override
  public void onBinary(ByteBuf view) {
    if (connection != null) {
      connection.onBinary(view);
    } else {
      first(view, true);
    }
  }

  private void first(ByteBuf view, boolean binary) {
    if (asked) {
      return; // the client was refused, and is being closed
    }
    asked = true;
    try {
      Envelope envelope =
          binary == encoding.binary() ? encoding.read(ByteBufUtil.getBytes(view)) : null;
      if (envelope != null
          && envelope.control() != null
          && Control.of(envelope) instanceof Control.Authenticate proof) {
        prove(envelope.id(), Identification.shown(proof));
        return;
      }
    } catch (MalformedEnvelope malformed) {
      // Refused like any other message that is not authenticate.
    }
    refuse("the first message: not authenticate");
  }

  private void prove(@Nullable Id id, Credentials shown) {
    by = Authentication.named(shown.kind());
    deadline.cancel(false);
    Arrivals.Refusal locked = arrivals.locked(address, endpoint.context().now());
    if (locked != null) {
      endpoint.meter().limit(locked.limit());
      send(AuthenticationMessages.failed(id, locked.reason(), true));
      end(CloseCode.RATE_LIMITED, "retryAfter=" + locked.retryAfter());
      return;
    }
    webSocket.pauseReading(); // further messages are for the connection, if there will be one
    var unused =
        authentication
            .prove(shown)
            .whenComplete((user, failure) -> webSocket.execute(() -> proved(id, user, failure)));
  }

  private void proved(
      @Nullable Id id, @Nullable AuthenticatedUser user, @Nullable Throwable failure) {
    leave();
    if (webSocket.readyState() != ReadyState.OPEN) {
      return;
    }
    EndpointContext.Barred barred = endpoint.context().barred(user);
    if (user == null) {
      AuthenticationException refused = Authentication.reason(failure);
      if (!refused.retryable()) {
        arrivals.loginFailed(address, endpoint.context().now());
      }
      String why = String.valueOf(refused.getMessage());
      audit().loginFailed(request, null, by, why);
      send(AuthenticationMessages.failed(id, why, refused.retryable()));
      end(refused.retryable() ? CloseCode.TRY_AGAIN_LATER : CloseCode.NOT_AUTHENTICATED, why);
    } else if (barred != null) {
      audit().loginFailed(request, user.name(), by, barred.reason());
      send(AuthenticationMessages.failed(id, barred.reason(), false));
      end(barred.code(), barred.reason());
    } else if (!endpoint
        .hub()
        .connectionCounts()
        .name(user.name(), endpoint.settings().clients())) {
      endpoint.meter().limit(Limit.USER_CONNECTIONS);
      String why = "too many connections of this user";
      audit().loginFailed(request, user.name(), by, why);
      send(AuthenticationMessages.failed(id, why, true));
      end(CloseCode.TRY_AGAIN_LATER, why);
    } else {
      audit().loginSucceeded(request, user.name(), by);
      send(AuthenticationMessages.success(id, user.name(), endpoint.context().millisLeft(user)));
      connection = new Connection(endpoint, webSocket, request, parameters, user);
      connection.takesOver();
    }
  }

  private void send(Draft draft) {
    byte[] message = encoding.write(draft);
    if (encoding.binary()) {
      webSocket.sendBinary(message);
    } else {
      webSocket.sendText(message);
    }
  }

  private Audit audit() {
    return endpoint.context().audit();
  }

  private void refuse(String why) {
    audit().loginFailed(request, null, null, why);
    end(CloseCode.NOT_AUTHENTICATED, why + " (expected: {\"type\":\"authenticate\",\"token\":…})");
  }

  private void end(CloseCode code, String why) {
    deadline.cancel(false);
    webSocket.resumeReading(); // to receive the answer to the close frame
    webSocket.close(code.code(), why);
  }

  /** Stops counting the client as one that is being identified. */
  private void leave() {
    if (waiting) {
      waiting = false;
      arrivals.identified(address);
    }
  }

  @Override
  public void onWritable() {
    if (connection != null) {
      connection.onWritable();
    }
  }

  @Override
  public Overflow onOverflow(int bytes) {
    return connection != null ? connection.onOverflow(bytes) : Overflow.CLOSE;
  }

  @Override
  public void onEnding(Runnable end) {
    if (connection != null) {
      connection.onEnding(end);
    } else {
      end.run();
    }
  }

  @Override
  public void onClose(int code, String reason, boolean clean) {
    if (connection != null) {
      connection.onClose(code, reason, clean);
      return;
    }
    deadline.cancel(false);
    leave();
    endpoint.hub().connectionCounts().leave("", address);
  }
}
