package dev.switchboard.client.engine;

import dev.switchboard.protocol.ConnectFailedException;
import dev.switchboard.transport.HandshakeException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Interprets failed handshakes for a client: whether to retry, and when. Stateless. */
final class Handshakes {
  /** In seconds. The client itself waits at most five minutes because a server asks for it. */
  private static final long MAX_WAIT = 86_400;

  private Handshakes() {}

  /**
   * A failed handshake; {@code retryAfter} is in milliseconds, -1 if the server did not send it.
   */
  record Refusal(ConnectFailedException why, long retryAfter) {}

  static Refusal explain(Object uri, @Nullable Throwable failure) {
    Throwable cause = failure == null ? null : Waiting.cause(failure);
    String where = "connect to " + Redaction.uri(uri) + ": ";
    if (cause instanceof HandshakeException handshake) {
      return new Refusal(
          new ConnectFailedException(
              where + handshake.getMessage(), handshake.status(), retryable(handshake), handshake),
          retryAfter(handshake));
    }
    return new Refusal(new ConnectFailedException(where + cause, 0, true, cause), -1);
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

  /** Reads Retry-After (RFC 9110 §10.2.3): seconds or a date. Anything else is ignored. */
  private static long retryAfter(HandshakeException failure) {
    String value = failure.headers().first("Retry-After");
    if (value == null) {
      return -1;
    }
    if (value.matches("\\d{1,9}")) {
      return Math.min(MAX_WAIT, Long.parseLong(value)) * 1_000;
    }
    try {
      Instant then = DateTimeFormatter.RFC_1123_DATE_TIME.parse(value, Instant::from);
      long millis = Instant.now().until(then, ChronoUnit.MILLIS);
      return Math.clamp(millis, 0, MAX_WAIT * 1_000);
    } catch (DateTimeException unreadable) {
      return -1;
    }
  }
}
