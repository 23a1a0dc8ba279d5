package dev.switchboard.server.delivery;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.Entry;
import dev.switchboard.protocol.wire.ServerMessages;
import dev.switchboard.server.limits.ReadGate;
import dev.switchboard.transport.Prepared;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything one connection reads: a reader for each log, the pages those fetch, and the newest
 * values that wait while it is slow. All of it ends with the connection. Confined to the
 * connection's loop, but for {@link #onLoop}.
 */
public final class Feed {
  private final Topics topics;
  private final Receiver receiver;
  private final Outbound out;
  private final ReadGate readGate;
  private final Map<Address, Reader> readers = new HashMap<>(8);
  private final LatestValueBuffer latestValues;
  private final CatchUp.Share share;
  private final Reads reads;

  /** A feed that reads nothing yet. */
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

  /** The pages that the connection asked for. */
  public Reads reads() {
    return reads;
  }

  /** Runs a task on the loop, at once if the caller is there. Any thread. */
  public void onLoop(Runnable task) {
    out.onLoop(task);
  }

  /**
   * The reader of a log, made if there is none.
   *
   * @throws dev.switchboard.protocol.RefusedException as {@link Topics#use}
   */
  public Reader reader(Address address) {
    return readers.computeIfAbsent(address, log -> new Reader(this, topics.use(log)));
  }

  /** Whether entries of the log are passed on, or will be when it is known where to begin. */
  public boolean reads(Address address) {
    Reader reader = readers.get(address);
    return reader != null && reader.reads();
  }

  /** Whether that is how the log is read. */
  public boolean reads(Address address, Reader reader) {
    return readers.get(address) == reader;
  }

  /** Reads the log no more. */
  public void drop(Address address) {
    Reader reader = readers.remove(address);
    if (reader != null) {
      reader.close();
      latestValues.forget(reader.topic());
      topics.release(reader.topic());
    }
  }

  /** Bytes that may be read from a log for it now; negative when too much is on its way. */
  long room() {
    return share.room();
  }

  /**
   * Whether it takes more of what is read from a log for it alone. If it does not, {@link
   * #writable} comes when it does.
   */
  boolean takesPages() {
    return out.takesMore() && share.takes();
  }

  /** What is in no log: sent if the connection takes it, else whatever its policy says. */
  public void offer(@Nullable Topic topic, Broadcast broadcast) {
    latestValues.offer(topic, broadcast);
  }

  /** What waits with that key is out of date: the connection is told something newer now. */
  public void outdated(Object key) {
    latestValues.outdated(key);
  }

  /** What was published in a log it reads. */
  void deliver(Broadcast broadcast) {
    topics.meter().delivered();
    out.send(broadcast);
  }

  /** An older entry of a log it reads. */
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

  /** The connection takes more: goes on with whatever waits for that. */
  public void writable() {
    latestValues.writable();
    reads.begin();
    for (Reader reader : readers.values().toArray(Reader[]::new)) {
      reader.writable();
    }
  }

  /** The connection has ended. */
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
