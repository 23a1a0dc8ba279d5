package dev.switchboard.client;

import dev.switchboard.protocol.ConnectException;
import dev.switchboard.transport.HandshakeException;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Says what a failed handshake means for a client: whether to try again, and when. Stateless. */
final class Handshakes {
  private static final long MAX_WAIT = 86_400;

  private Handshakes() {}

  /** A failure in the words of the protocol; {@code retryAfter} in milliseconds, -1 if not said. */
  record Refusal(ConnectException why, long retryAfter) {}

  static Refusal explain(ClientOptions options, @Nullable Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException wrapped && wrapped.getCause() != null
            ? wrapped.getCause()
            : failure;
    String where = "connect to " + options.uri() + ": ";
    if (cause instanceof HandshakeException handshake) {
      return new Refusal(
          new ConnectException(
              where + handshake.getMessage(), handshake.status(), retryable(handshake), handshake),
          retryAfter(handshake));
    }
    return new Refusal(new ConnectException(where + cause, 0, true, cause), -1);
  }

  private static boolean retryable(HandshakeException failure) {
    return switch (failure.kind()) {
      case NETWORK, TIMEOUT, TLS -> true;
      case PROTOCOL -> false;
      case STATUS -> {
        int status = failure.status();
        yield status >= 500 || status == 408 || status == 425 || status == 429;
      }
    };
  }

  /** RFC 9110 §10.2.3, in seconds; a date is left to the client's own delay. */
  private static long retryAfter(HandshakeException failure) {
    String value = failure.headers().first("Retry-After");
    if (value == null || !value.matches("\\d{1,9}")) {
      return -1;
    }
    return Math.min(MAX_WAIT, Long.parseLong(value)) * 1_000;
  }
}
