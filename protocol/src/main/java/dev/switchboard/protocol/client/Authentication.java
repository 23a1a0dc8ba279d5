package dev.switchboard.protocol.client;

import dev.switchboard.protocol.CloseCode;
import dev.switchboard.protocol.ConnectFailedException;
import dev.switchboard.protocol.Limits;
import dev.switchboard.protocol.wire.Envelope;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Proves who the client is ({@code spec/protocol.md#authenticate}): asks the user for tokens, shows
 * them to the server, and notes what becomes of them. Confined to the session's thread.
 *
 * <p>A token is needed for each attempt to connect, and to renew the proof of an open connection.
 * At most one request for a token is without an answer at any time, and the answer goes to whoever
 * needs a token when it comes. A request that has no answer in time counts no more.
 *
 * <p>A token that the server refuses for good is never shown again by the same attempt: if the user
 * gives another, that is tried once; then it is over.
 */
final class Authentication {
  /** How long a token may take to come, in milliseconds. */
  static final long PATIENCE = 30_000;

  /** What the next token is for. */
  private enum Need {
    NOTHING,
    ATTEMPT,
    RENEWAL
  }

  private final Tokens how;
  private final Questions questions;
  private final long answerTimeout;
  private final DoubleSupplier draws;
  private final Effects effects;

  /** The last request for a token. */
  private int request;

  /** Until when that may be answered; {@code NEVER} if it is answered, or counts no more. */
  private long tokenBy = Questions.NEVER;

  private Need need = Need.NOTHING;

  /** The present attempt's, or that of the open connection. */
  private int connection;

  /** The token that was shown last. */
  private @Nullable String shown;

  /** The token that the server refused for good; null if it took one since, or refused none. */
  private @Nullable String refused;

  /** Why the server refuses the present attempt, if it said so before it closes. */
  private @Nullable String refusal;

  /** The id of the {@code authenticate} that has no answer yet; 0 for none. */
  private long messageId;

  /** Until when that must be answered, if it is a renewal. */
  private long answerBy = Questions.NEVER;

  /** Whether a session is open on the present connection. */
  private boolean begun;

  /** Whether the server has taken a token on the present connection. */
  private boolean authenticated;

  /** When the present proof expires, once the server has said so. */
  private long expiresAt = Questions.NEVER;

  /** Renewals of the present proof that failed. */
  private int failures;

  /** When the next renewal is due. */
  private long renewAt = Questions.NEVER;

  Authentication(
      Tokens how, Settings settings, Questions questions, DoubleSupplier draws, Effects effects) {
    this.how = how;
    this.questions = questions;
    this.answerTimeout = settings.requestTimeout();
    this.draws = draws;
    this.effects = effects;
  }

  /** Whether the server has taken a token on the present connection. */
  boolean authenticated() {
    return authenticated;
  }

  /** The user connects: what was refused before counts no more. */
  void reset() {
    refused = null;
  }

  /** Opens a socket for an attempt to connect, with a token if one is needed. */
  void attempt(long now, int number) {
    connection = number;
    refusal = null;
    if (how == Tokens.NONE) {
      effects.connect(number);
    } else {
      need(now, Need.ATTEMPT);
    }
  }

  private void need(long now, Need what) {
    need = what;
    if (tokenBy == Questions.NEVER) {
      tokenBy = now + PATIENCE;
      effects.token(++request);
    }
  }

  /**
   * A token came.
   *
   * @return why the present attempt to connect has failed for it, or null if it has not
   */
  @Nullable ConnectFailedException token(long now, int number, String token) {
    if (number != request || tokenBy == Questions.NEVER) {
      return null;
    }
    if (!valid(token)) {
      String what =
          "token: not usable (expected: 1-" + Limits.MAX_TOKEN_CHARACTERS + " visible ASCII)";
      return noToken(now, number, new ConnectFailedException(what, 0, true, null));
    }
    Need what = answered();
    if (what == Need.RENEWAL && token.equals(refused)) {
      renewalFailed(now, "token: the one that was refused (expected: another)");
    } else if (what == Need.RENEWAL) {
      answerBy = now + answerTimeout;
      show(token);
    } else if (what == Need.ATTEMPT && token.equals(refused)) {
      return new ConnectFailedException("token refused, and no other given", 0, false, null);
    } else if (what == Need.ATTEMPT) {
      shown = token;
      if (how == Tokens.IN_UPGRADE) {
        effects.connect(connection, token);
      } else {
        effects.connect(connection);
      }
    }
    return null;
  }

  /** As in a header (RFC 6750 §2.1), but leniently. */
  private static boolean valid(String token) {
    return !token.isEmpty()
        && token.length() <= Limits.MAX_TOKEN_CHARACTERS
        && token.chars().allMatch(c -> c > ' ' && c <= '~');
  }

  /** There is no token; otherwise as {@link #token}. */
  @Nullable ConnectFailedException noToken(long now, int number, ConnectFailedException why) {
    if (number != request || tokenBy == Questions.NEVER) {
      return null;
    }
    Need what = answered();
    if (what == Need.RENEWAL) {
      renewalFailed(now, String.valueOf(why.getMessage()));
    }
    return what == Need.ATTEMPT ? why : null;
  }

  private Need answered() {
    Need what = need;
    need = Need.NOTHING;
    tokenBy = Questions.NEVER;
    return what;
  }

  private void show(String token) {
    shown = token;
    messageId = questions.nextId();
    effects.send(ClientMessages.authenticate(messageId, token));
  }

  /** The socket is open: if the token goes in a message, it is the first one. */
  void opened() {
    if (how == Tokens.IN_MESSAGE && shown != null) {
      show(shown);
    }
  }

  /** A session is open. A server may open one for a guest though it refused the token. */
  void begun() {
    begun = true;
    refused = null;
    authenticated |= how == Tokens.IN_UPGRADE;
    if (refusal != null) {
      effects.report(new Report.AuthFailed(refusal, false));
      refusal = null;
    }
  }

  /** The connection, or the attempt, is over, and whatever was to be proved on it. */
  void over() {
    if (begun) {
      refused = null; // of a renewal: on its own the token may do
    }
    need = Need.NOTHING;
    messageId = 0;
    answerBy = Questions.NEVER;
    expiresAt = Questions.NEVER;
    renewAt = Questions.NEVER;
    failures = 0;
    begun = false;
    authenticated = false;
  }

  /** Takes a message about authentication; whether it was one. */
  boolean told(long now, Envelope envelope) {
    JsonNode control = envelope.control();
    if (control == null) {
      return false;
    }
    boolean answer = messageId != 0 && envelope.re() != null && envelope.re().number() == messageId;
    switch (envelope.type()) {
      case "auth_success" -> {
        if (answer) {
          succeeded(control);
        }
      }
      case "auth_failed" -> {
        if (answer) {
          failed(now, control);
        }
      }
      case "auth_expiring" -> expiring(now, ControlReader.number(control, "expiresIn"));
      case "error" -> {
        if (!answer) {
          return false;
        }
        failed(now, control);
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private void succeeded(JsonNode control) {
    boolean renewed = authenticated;
    authenticated = true;
    messageId = 0;
    answerBy = Questions.NEVER;
    expiresAt = Questions.NEVER;
    failures = 0;
    refused = null;
    long expiresIn = control.path("expiresIn").asLong(-1);
    effects.report(
        new Report.Authenticated(ControlReader.text(control, "user"), expiresIn, renewed));
  }

  private void failed(long now, JsonNode control) {
    boolean again = control.path("retryable").asBoolean(false);
    String why = unmarked(ControlReader.text(control, "message"));
    messageId = 0;
    if (!begun) { // the server closes now, unless guests may come
      refusal = again ? null : why;
      return;
    }
    if (!again) {
      refused = shown;
    }
    renewalFailed(now, why);
  }

  private void expiring(long now, long expiresIn) {
    effects.report(new Report.AuthExpiring(expiresIn));
    expiresAt = now + expiresIn;
    boolean underWay = need == Need.RENEWAL || answerBy != Questions.NEVER;
    if (how != Tokens.NONE && !underWay && renewAt == Questions.NEVER) {
      need(now, Need.RENEWAL);
    }
  }

  /** Until the proof expires there may be time to try again; then there is a new connection. */
  private void renewalFailed(long now, String why) {
    messageId = 0;
    answerBy = Questions.NEVER;
    failures++;
    long at = now + Math.max(1, Backoff.REPEATS.delay(failures, draws.getAsDouble()));
    renewAt = expiresAt != Questions.NEVER && at < expiresAt ? at : Questions.NEVER;
    effects.report(new Report.AuthFailed(why, expiresAt != Questions.NEVER));
  }

  /** Whether a close, or the status of a refused upgrade, means that a token may be the reason. */
  boolean refusedBy(int code) {
    boolean known = code == 401 || code == 403 || code == CloseCode.NOT_AUTHENTICATED.code();
    return how != Tokens.NONE && (known || refusal != null);
  }

  /**
   * The server refused the token of an attempt, or ended its connection: whether another may do.
   */
  boolean refused() {
    boolean first = refused == null;
    refused = shown;
    return first;
  }

  /** Why an attempt was refused: as the server said before it closed, or the given words. */
  String why(String otherwise) {
    return unmarked(refusal == null ? otherwise : refusal);
  }

  /** Without the token, should the server have repeated it. */
  private String unmarked(String text) {
    return shown == null ? text : text.replace(shown, "***");
  }

  /** When {@link #advance} is needed. */
  long wakeAt() {
    return Math.min(tokenBy, Math.min(answerBy, renewAt));
  }

  /** Does what is due by now; returns as {@link #token}. */
  @Nullable ConnectFailedException advance(long now) {
    if (now >= tokenBy) {
      effects.tokenTooLate();
      String what = "token: none within " + PATIENCE / 1000 + " s";
      return noToken(now, request, new ConnectFailedException(what, 0, true, null));
    }
    if (now >= answerBy) {
      renewalFailed(now, "authenticate: no answer in time");
    }
    if (now >= renewAt) {
      renewAt = Questions.NEVER;
      need(now, Need.RENEWAL);
    }
    return null;
  }
}
