package dev.switchboard.protocol.client;

import dev.switchboard.protocol.wire.Id;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Detects a dead connection by pinging ({@code spec/protocol.md#10-liveness}). Anything that
 * arrives counts as a sign of life; a ping is sent after {@code interval} of silence. Confined to
 * the session's thread.
 */
final class Pings {
  /** How long the answer to a probe may take, in milliseconds. */
  private static final long PROBE = 2_500;

  private final Settings.@Nullable Heartbeat settings;
  private final Questions questions;
  private final Effects effects;
  private long heardAt; // when anything last arrived
  private long askedAt = -1; // when the last ping was sent; -1 if its pong has arrived
  private boolean waiting; // whether nothing has arrived since that ping
  private long patience; // how long after that ping something has to arrive, in milliseconds
  private long messageId; // the ID of the last ping message; 0 if none was sent

  Pings(Settings.@Nullable Heartbeat settings, Questions questions, Effects effects) {
    this.settings = settings;
    this.questions = questions;
    this.effects = effects;
  }

  /** A session is open on a new connection. */
  void start(long now) {
    heardAt = now;
    askedAt = -1;
    waiting = false;
    messageId = 0;
  }

  /** Anything arrived. */
  void heard(long now) {
    if (waiting && settings != null && !settings.words().isEmpty()) {
      effects.report(new Report.Heartbeat(now - askedAt)); // any message may be its answer
    }
    heardAt = now;
    waiting = false;
  }

  /** A pong frame arrived. */
  void ponged(long now) {
    if (askedAt >= 0) {
      effects.report(new Report.Heartbeat(now - askedAt));
    }
    askedAt = -1;
    heard(now);
  }

  /** A {@code pong} message arrived. */
  void ponged(long now, @Nullable Id re) {
    if (re != null && re.number() == messageId) {
      ponged(now);
    }
  }

  /** Pings if it is time to. Returns false if the other side has not answered in time. */
  boolean beat(long now) {
    if (settings == null || now < wakeAt()) {
      return true;
    }
    if (waiting) {
      effects.report(new Report.HeartbeatTimeout());
      return false;
    }
    ask(now, settings, settings.timeout());
    return true;
  }

  /**
   * Something says that the connection may be dead: asks now, and gives the other side little time.
   */
  void probe(long now) {
    if (settings != null && !(waiting && askedAt + patience <= now + PROBE)) {
      ask(now, settings, Math.min(PROBE, settings.timeout()));
    }
  }

  private void ask(long now, Settings.Heartbeat settings, long within) {
    waiting = true;
    askedAt = now;
    patience = within;
    if (settings.message() && !settings.words().isEmpty()) {
      effects.ping(settings.words().getBytes(StandardCharsets.UTF_8));
    } else if (settings.message()) {
      messageId = questions.nextId();
      effects.ping(ClientMessages.ping(messageId));
    } else {
      effects.ping();
    }
  }

  long wakeAt() {
    if (settings == null) {
      return Questions.NEVER;
    }
    return waiting ? askedAt + patience : heardAt + settings.interval();
  }
}
