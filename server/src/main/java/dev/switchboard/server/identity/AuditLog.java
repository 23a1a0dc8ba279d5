package dev.switchboard.server.identity;

import dev.switchboard.protocol.wire.Printable;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;
import org.slf4j.MarkerFactory;

/**
 * Writes what a server's {@link Audit}s report: one line for each event to the logger {@code
 * switchboard.audit}, at level INFO and with the marker {@code AUDIT}. A line consists of {@code
 * key=value} pairs. Values that others chose are quoted, escaped and cut, so that none can forge a
 * line or a pair. Thread-safe.
 *
 * <p>Strangers can cause events as fast as they can connect, so each kind of event has a number of
 * lines per minute. Further events of that minute are counted, and one line tells how many there
 * were. Nothing limits what operators do.
 */
public final class AuditLog {
  private static final Logger LOG = LoggerFactory.getLogger("switchboard.audit");
  private static final Marker AUDIT = MarkerFactory.getMarker("AUDIT");

  private static final int MINUTE_MILLIS = 60_000;
  private static final int MAX_VALUE = 200; // characters of a value; one of them may become ten
  private static final Pattern PLAIN = Pattern.compile("[\\w./:@+,{}-]{1,200}");

  private static final int FEW = 60;
  private static final int MANY = 1_000;

  /** What is reported, and how often a minute. */
  enum Event {
    LOGIN_SUCCEEDED(MANY),
    LOGIN_FAILED(FEW),
    SESSION_TAKEN_OVER(FEW),
    JOIN_REFUSED(FEW),
    PUBLISH_REFUSED(FEW),
    BIND_CODE_ISSUED(MANY),
    BIND_CODE_REFUSED(FEW),
    ORIGIN_REFUSED(FEW),
    HOST_REFUSED(FEW),
    KICKED(Integer.MAX_VALUE),
    REMOVED(Integer.MAX_VALUE),
    BANNED(Integer.MAX_VALUE),
    UNBANNED(Integer.MAX_VALUE),
    MUTED(Integer.MAX_VALUE),
    UNMUTED(Integer.MAX_VALUE),
    REVOKED(Integer.MAX_VALUE);

    private final int perMinute;

    Event(int perMinute) {
      this.perMinute = perMinute;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** One minute of one kind of event. */
  private static final class Window {
    private final long began;
    private long events; // in this minute so far; guarded by the outer this

    private Window(long began) {
      this.began = began;
    }
  }

  private final LongSupplier now;

  /** The running minute of each kind that has one; guarded by this. */
  private final Map<Event, Window> windows = new EnumMap<>(Event.class);

  /**
   * Creates a log.
   *
   * @param now milliseconds since some moment, to tell minutes apart
   */
  public AuditLog(LongSupplier now) {
    this.now = now;
  }

  /**
   * Writes a line, or counts the event if its kind has had its lines for this minute.
   *
   * @param pairs names and values in turn; a pair whose value is null is left out
   */
  void write(Event event, @Nullable String... pairs) {
    if (!LOG.isInfoEnabled(AUDIT) || !mayWrite(event)) {
      return;
    }
    StringBuilder line = new StringBuilder("event=").append(event);
    for (int i = 0; i < pairs.length; i += 2) {
      String value = pairs[i + 1];
      if (value != null) {
        line.append(' ').append(pairs[i]).append('=').append(safe(value));
      }
    }
    LOG.info(AUDIT, "{}", line);
  }

  private synchronized boolean mayWrite(Event event) {
    long time = now.getAsLong();
    Window window = windows.get(event);
    if (window == null || time - window.began >= MINUTE_MILLIS) {
      endWindow(event);
      window = new Window(time);
      windows.put(event, window);
    }
    window.events++;
    return window.events <= event.perMinute;
  }

  /** Reports what the minutes that have passed left out. Call it every now and then. */
  public synchronized void tick() {
    long time = now.getAsLong();
    for (Event event : Event.values()) {
      Window window = windows.get(event);
      if (window != null && time - window.began >= MINUTE_MILLIS) {
        endWindow(event);
      }
    }
  }

  /** Reports what was left out so far, because the server has closed. */
  public synchronized void close() {
    for (Event event : Event.values()) {
      endWindow(event);
    }
  }

  /** Must hold the lock; a line a minute may be written under it. */
  private void endWindow(Event event) {
    Window window = windows.remove(event);
    if (window != null && window.events > event.perMinute) {
      LOG.info(AUDIT, "event={} left_out={}", event, window.events - event.perMinute);
    }
  }

  private static String safe(String value) {
    if (PLAIN.matcher(value).matches()) {
      return value;
    }
    String cut = value.length() <= MAX_VALUE ? value : value.substring(0, MAX_VALUE) + "…";
    return '"' + Printable.of(cut).replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
