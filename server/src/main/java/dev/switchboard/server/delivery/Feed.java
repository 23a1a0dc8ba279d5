package dev.switchboard.server.delivery;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.Entry;
import dev.switchboard.protocol.wire.ServerMessages;
import dev.switchboard.server.limits.ReadGate;
import dev.switchboard.spi.Page;
import dev.switchboard.transport.Prepared;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Everything that one connection reads: a reader for each log, the pages they fetch, and the latest
 * values that wait while the connection is slow. All of it ends with the connection. Confined to
 * the connection's loop, except {@link #onLoop}.
 */
public final class Feed {
  private static final int PAGE = 100;

  private final Topics topics;
  private final Receiver receiver;
  private final Outbound out;
  private final ReadGate readGate;
  private final Map<Address, Reader> readers = new HashMap<>(8);
  private final LatestValueBuffer latestValues;
  private final CatchUp.Share share;
  private final Reads reads;

  /** Creates a feed without readers. */
  public Feed(Topics topics, Receiver receiver, Outbound out, ReadGate readGate) {
    this.topics = topics;
    this.receiver = receiver;
    this.out = out;
    this.readGate = readGate;
    this.latestValues = new LatestValueBuffer(this);
    this.share = topics.catchUp().share(out.webSocket(), out.maxPendingBytes() / 2, this::writable);
    this.reads = new Reads(this, topics.broker());
  }

  Topics topics() {
    return topics;
  }

  Receiver receiver() {
    return receiver;
  }

  public Outbound out() {
    return out;
  }

  ReadGate readGate() {
    return readGate;
  }

  /** Returns the queue of the connection's page reads. */
  public Reads reads() {
    return reads;
  }

  /** Runs a task on the loop, immediately if the caller is on it. Thread-safe. */
  public void onLoop(Runnable task) {
    out.onLoop(task);
  }

  /**
   * Returns the reader of a log, creating it if needed.
   *
   * @throws dev.switchboard.protocol.RefusedException as {@link Topics#use}
   */
  public Reader reader(Address address) {
    return readers.computeIfAbsent(address, log -> new Reader(this, topics.use(log)));
  }

  /**
   * Whether entries of the log are delivered, or will be as soon as the starting position is known.
   */
  public boolean reads(Address address) {
    Reader reader = readers.get(address);
    return reader != null && reader.reads();
  }

  /** Whether the log is currently read by the given reader. */
  public boolean reads(Address address, Reader reader) {
    return readers.get(address) == reader;
  }

  /** Stops reading a log. */
  public void drop(Address address) {
    Reader reader = readers.remove(address);
    if (reader != null) {
      reader.close();
      latestValues.forget(reader.topic());
      topics.release(reader.topic());
    }
  }

  /** Returns how many bytes of a log may be read now; negative if too much is on its way. */
  long room() {
    return share.room();
  }

  /**
   * Whether the connection takes more entries that are read for it alone. If not, {@link #writable}
   * is called when it does.
   */
  boolean takesPages() {
    return out.takesMore() && share.takes();
  }

  /**
   * Sends a broadcast that is in no log if the connection takes it; otherwise applies its policy.
   */
  public void offer(@Nullable Topic topic, Broadcast broadcast) {
    latestValues.offer(topic, broadcast);
  }

  /** Discards the pending value with this key, because the connection gets something newer now. */
  public void outdated(Object key) {
    latestValues.outdated(key);
  }

  /**
   * Reads a page of a reader's log. The result is passed on the loop, and is neither a page nor a
   * failure if the reader is closed.
   */
  void fetch(
      Reader reader, long from, int bytes, BiConsumer<@Nullable Page, @Nullable Throwable> then) {
    reads.after(
        new Reads.Want(
            reader.topic().log(),
            from,
            PAGE,
            bytes,
            page -> () -> then.accept(reader.closed() ? null : passable(page), null),
            failure -> then.accept(null, reader.closed() ? null : failure)));
  }

  private Page passable(Page page) {
    return topics.sizes().passable(page, out.encoding());
  }

  /** Delivers a live entry. */
  void deliver(Broadcast broadcast) {
    topics.meter().delivered();
    out.send(broadcast);
  }

  /** Delivers an older entry, read from the log. */
  void deliver(Entry entry) {
    topics.meter().delivered();
    Prepared shared = topics.frames().of(entry, out.encoding());
    if (shared == null) {
      byte[] message = out.encoding().write(ServerMessages.entry(entry));
      out.send(message);
      share.sent(message.length);
    } else {
      try {
        out.send(shared);
        share.sent(shared.payloadBytes());
      } finally {
        shared.release();
      }
    }
  }

  /** Called when the connection takes more. Resumes everything that waits for that. */
  public void writable() {
    latestValues.writable();
    reads.begin();
    for (Reader reader : readers.values().toArray(Reader[]::new)) {
      reader.writable();
    }
  }

  /** Closes all readers, because the connection has ended. */
  public void close() {
    latestValues.clear();
    reads.close();
    for (Reader reader : readers.values()) {
      reader.close();
      topics.release(reader.topic());
    }
    readers.clear();
  }
}
