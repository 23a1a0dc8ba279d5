package dev.switchboard.protocol.client;

import dev.switchboard.protocol.CloseCode;
import dev.switchboard.protocol.ConnectFailedException;
import dev.switchboard.protocol.wire.Envelope;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Authenticates the client ({@code spec/protocol.md#authenticate}): requests tokens from the user,
 * presents them to the server, and tracks their outcome. Confined to the session's thread.
 *
 * <p>A token is needed for each attempt to connect, and to renew the authentication of an open
 * connection. At most one token request is unanswered at any time; its answer goes to whatever
 * needs a token when it arrives. A request that is not answered in time is ignored.
 *
 * <p>A token that the server refused permanently is never presented again by the same attempt. If
 * the user supplies another, that is tried once; then the attempt has failed for good.
 *
 * <p>A bind code is a token that is good once ({@link Tokens#codes}): every attempt and every
 * renewal asks for a new one anyway.
 */
final class Authentication {
  /** The time limit of a token request, in milliseconds. */
  static final long PATIENCE = 30_000;

  /** What the next token is needed for. */
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

  /** The number of the latest token request. */
  private int request;

  /** The deadline of that request; {@code NEVER} if it was answered or is to be ignored. */
  private long tokenBy = Questions.NEVER;

  /** What the unanswered request, or the next one, is for. */
  private Need need = Need.NOTHING;

  /** The number of the current attempt, or of the open connection. */
  private int connection;

  /** The token that was presented last. */
  private @Nullable String shown;

  /**
   * The token that the server refused permanently; null if it has accepted one since, or refused
   * none.
   */
  private @Nullable String refused;

  /** The server's reason for refusing the current attempt, if it gave one before closing. */
  private @Nullable String refusal;

  /** The id of the unanswered {@code authenticate}; 0 for none. */
  private long messageId;

  /** The deadline for its answer, if it is a renewal. */
  private long answerBy = Questions.NEVER;

  /** Whether a session is open on the current connection. */
  private boolean begun;

  /** Whether the server has accepted a token on the current connection. */
  private boolean authenticated;

  /** When the current authentication expires, once the server has announced it. */
  private long expiresAt = Questions.NEVER;

  /** The number of failed renewals of the current authentication. */
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

  /** Whether the server has accepted a token on the current connection. */
  boolean authenticated() {
    return authenticated;
  }

  /** Forgets what was refused, because the user connects again. */
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
   * Handles a token from the user.
   *
   * @return why the current attempt to connect has failed because of it, or null if it has not
   */
  @Nullable ConnectFailedException token(long now, int number, String token) {
    if (number != request || tokenBy == Questions.NEVER) {
      return null;
    }
    String unusable = how.unusable(token);
    if (unusable != null) {
      return noToken(now, number, new ConnectFailedException(unusable, 0, true, null));
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
      if (how.inUpgrade()) {
        effects.connect(connection, token);
      } else {
        effects.connect(connection);
      }
    }
    return null;
  }

  /** Handles a failed token request; returns as {@link #token} does. */
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
    effects.send(ClientMessages.authenticate(messageId, token, how.codes()));
  }

  /** Presents the token as the first message of an open socket, if it is sent in a message. */
  void opened() {
    if (how.inMessage() && shown != null) {
      show(shown);
    }
  }

  /**
   * Notes that a session is open. A server may open one for a guest although it refused the token.
   */
  void begun() {
    begun = true;
    refused = null;
    authenticated |= how.inUpgrade();
    if (refusal != null) {
      effects.report(new Report.AuthFailed(refusal, false));
      refusal = null;
    }
  }

  /** Ends the connection or attempt, and any authentication on it. */
  void over() {
    if (begun) {
      refused = null; // a renewal's: the token may do by itself
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

  /** Handles a message about authentication. Returns whether it was one. */
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
    if (!begun) { // the server now closes, unless it takes guests
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

  /**
   * Retries if there is time before the authentication expires; otherwise a new connection follows.
   */
  private void renewalFailed(long now, String why) {
    messageId = 0;
    answerBy = Questions.NEVER;
    failures++;
    long at = now + Math.max(1, Backoff.REPEATS.delay(failures, draws.getAsDouble()));
    renewAt = expiresAt != Questions.NEVER && at < expiresAt ? at : Questions.NEVER;
    effects.report(new Report.AuthFailed(why, expiresAt != Questions.NEVER));
  }

  /** Whether a close code, or the status of a refused upgrade, may be due to the token. */
  boolean refusedBy(int code) {
    boolean known = code == 401 || code == 403 || code == CloseCode.NOT_AUTHENTICATED.code();
    return how != Tokens.NONE && (known || refusal != null);
  }

  /**
   * Notes that the server refused an attempt's token, or ended its connection. Returns whether
   * another token may help.
   */
  boolean refused() {
    boolean first = refused == null;
    refused = shown;
    return first;
  }

  /**
   * Returns why an attempt was refused: the server's reason if it gave one, otherwise the given
   * text.
   */
  String why(String otherwise) {
    return unmarked(refusal == null ? otherwise : refusal);
  }

  /** Returns a text without the token, in case the server repeated it. */
  private String unmarked(String text) {
    return shown == null ? text : text.replace(shown, "***");
  }

  /** Returns when {@link #advance} is needed. */
  long wakeAt() {
    return Math.min(tokenBy, Math.min(answerBy, renewAt));
  }

  /** Does what is due by now; returns as {@link #token} does. */
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
