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
 * The frames of large entries that somebody who is behind was given lately. Whoever made many fall
 * behind at once made them need the same entries next: one frame is written for all of them, not
 * one for each. Kept for a moment, and so many bytes at most. Thread-safe.
 */
final class SharedFrames {
  /** Smaller ones are cheaper to write than to look for. */
  private static final int LARGE = 4 << 10;

  private static final long KEPT_MILLIS = 2_000;

  private final long most;
  private final Map<Key, Framed> frames = new LinkedHashMap<>(); // guarded by itself; by age
  private long bytes; // guarded by frames
  private long now; // guarded by frames: the time at the last tick
  private boolean closed; // guarded by frames

  /** The same entry, from whatever page. */
  private record Key(Address log, long seq, long timestamp, @Nullable String messageId) {}

  SharedFrames(long most) {
    this.most = most;
  }

  /** An entry's frame, which the caller releases; null if it is not worth sharing. */
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

  /** Lets go of what was kept for long enough. Call it often. */
  void tick(long newNow) {
    synchronized (frames) {
      now = newNow;
      trim(newNow - KEPT_MILLIS);
    }
  }

  /** Keeps nothing any more. */
  void close() {
    synchronized (frames) {
      closed = true;
      trim(Long.MAX_VALUE);
    }
  }

  /** With the lock held. */
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

  /** One entry, framed once in each encoding that somebody reads. */
  private static final class Framed {
    private final Entry entry;
    private final int bytes;
    private final long since;
    private @Nullable Prepared text; // guarded by this
    private @Nullable Prepared binary; // guarded by this
    private boolean released; // guarded by this

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
