package dev.switchboard.server.delivery;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.Entry;
import dev.switchboard.protocol.Payload;
import dev.switchboard.protocol.wire.Encoding;
import dev.switchboard.protocol.wire.ServerMessages;
import dev.switchboard.transport.Prepared;
import dev.switchboard.transport.netty.PreparedMessages;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A short-lived cache of large frames sent to readers that are behind. Readers that fall behind at
 * the same moment need the same entries next, so one frame is written for all of them, not one for
 * each. Bounded by time and by bytes. Thread-safe.
 */
final class SharedFrames {
  /** Smaller entries are cheaper to encode than to look up. */
  private static final int LARGE = 4 << 10;

  private static final long KEPT_MILLIS = 2_000;

  private final long most;
  private final Map<Key, Framed> frames = new LinkedHashMap<>(); // guarded by itself; oldest first
  private long bytes; // the size of all frames; guarded by frames
  private long now; // the time of the last tick; guarded by frames
  private boolean closed; // whether nothing is cached any more; guarded by frames

  /** Identifies an entry, whatever page it was read from. */
  private record Key(Address log, long seq, long timestamp, @Nullable String messageId) {}

  SharedFrames(long most) {
    this.most = most;
  }

  /** Returns an entry's frame, which the caller must release; null if it is not worth sharing. */
  @Nullable Prepared of(Entry entry, Encoding encoding) {
    Payload data = entry.payload();
    if (data == null || data.bytes().length < LARGE) {
      return null;
    }
    Key key = new Key(entry.address(), entry.seq(), entry.timestamp(), entry.messageId());
    Framed framed;
    synchronized (frames) {
      if (closed) {
        return null;
      }
      framed = frames.get(key);
      if (framed == null) {
        framed = new Framed(entry, data.bytes().length, now);
        frames.put(key, framed);
        bytes += framed.bytes;
        trim(Long.MIN_VALUE);
      }
    }
    return framed.take(encoding);
  }

  /** Drops the frames that were kept long enough. Call it often. */
  void tick(long newNow) {
    synchronized (frames) {
      now = newNow;
      trim(newNow - KEPT_MILLIS);
    }
  }

  /** Drops all frames, and keeps none from now on. */
  void close() {
    synchronized (frames) {
      closed = true;
      trim(Long.MAX_VALUE);
    }
  }

  /** Drops the oldest frames. Must be called with the lock held. */
  private void trim(long since) {
    Iterator<Framed> all = frames.values().iterator();
    while (all.hasNext()) {
      Framed oldest = all.next();
      if (bytes <= most && oldest.since > since) {
        return;
      }
      all.remove();
      bytes -= oldest.bytes;
      oldest.release();
    }
  }

  /** One entry, framed once for each encoding in use. */
  private static final class Framed {
    private final Entry entry;
    private final int bytes;
    private final long since;
    private @Nullable Prepared text; // null until asked for; guarded by this
    private @Nullable Prepared binary; // null until asked for; guarded by this
    private boolean released; // whether the frames were given back; guarded by this

    Framed(Entry entry, int bytes, long since) {
      this.entry = entry;
      this.bytes = bytes;
      this.since = since;
    }

    synchronized @Nullable Prepared take(Encoding encoding) {
      if (released) {
        return null;
      }
      Prepared made = encoding.binary() ? binary : text;
      if (made == null) {
        byte[] message = encoding.write(ServerMessages.entry(entry));
        if (encoding.binary()) {
          made = PreparedMessages.binary(message);
          binary = made;
        } else {
          made = PreparedMessages.text(message);
          text = made;
        }
      }
      return made.retain();
    }

    synchronized void release() {
      released = true;
      if (text != null) {
        text.release();
      }
      if (binary != null) {
        binary.release();
      }
    }
  }
}
