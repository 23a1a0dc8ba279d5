package dev.switchboard.cluster;

import dev.switchboard.spi.Bus;
import java.io.ByteArrayOutputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The receiving half of a bus. Puts the parts of other servers' batches together and hands their
 * messages to whoever listens. The parts of a batch arrive one after the other, so each server has
 * at most one batch that is not whole. What arrives again, or after a later batch, is dropped: late
 * is as good as lost. Confined to the receiving thread once that has started.
 */
public final class BusReceiver implements ChannelListener.Watcher {
  private static final Logger LOG = LoggerFactory.getLogger(BusReceiver.class);

  /** How many servers are remembered; those that were heard of least recently are forgotten. */
  private static final int MAX_NODES = 1_000;

  private final String self;
  private final Runnable heardSelf;
  private final Map<String, Bus.Listener> listeners = new LinkedHashMap<>();
  private final Map<String, Node> nodes = new LinkedHashMap<>(16, 0.75f, true);

  /** What is known of another server. */
  private static final class Node {
    private long batch; // the last one that began
    private int part; // the next part of it
    private int parts; // how many it has
    private @Nullable ByteArrayOutputStream bytes; // the parts so far; null if nothing is awaited

    /**
     * Adds a part, unless it was here before or is of a batch that is given up. Returns false if it
     * reveals that something before it was lost.
     */
    boolean add(BusParts next) {
      boolean same = next.batch() == batch;
      if (next.batch() < batch || (same && (bytes == null || next.part() < part))) {
        return true;
      }
      boolean expected =
          same
              ? next.part() == part
              : next.part() == 0 && bytes == null && next.batch() == batch + 1;
      batch = next.batch();
      if (next.part() == 0) {
        bytes = new ByteArrayOutputStream();
      } else if (!expected) {
        bytes = null;
        return false;
      }
      part = next.part() + 1;
      parts = next.parts();
      if (bytes != null) {
        bytes.writeBytes(next.bytes());
      }
      return expected;
    }

    /** Returns the batch if it is whole now. */
    byte @Nullable [] whole() {
      if (bytes == null || part < parts) {
        return null;
      }
      byte[] all = bytes.toByteArray();
      bytes = null;
      return all;
    }
  }

  /**
   * Creates a receiver that knows of no server.
   *
   * @param self this server's name on the bus
   * @param heardSelf called for what this server has sent itself
   */
  public BusReceiver(String self, Runnable heardSelf) {
    this.self = self;
    this.heardSelf = heardSelf;
  }

  /** Sets who receives a kind of messages. Only before the receiving thread starts. */
  public void listen(String kind, Bus.Listener listener) {
    if (listeners.putIfAbsent(kind, listener) != null) {
      throw new IllegalStateException("kind: " + kind + " has a listener already");
    }
  }

  /** Handles a part of a batch. */
  public void received(BusParts part) {
    if (part.node().equals(self)) {
      heardSelf.run();
      return;
    }
    Node node = nodes.computeIfAbsent(part.node(), name -> new Node());
    if (nodes.size() > MAX_NODES) {
      nodes.remove(nodes.keySet().iterator().next());
    }
    boolean expected = node.add(part);
    byte[] batch = node.whole();
    if (batch != null) {
      BusParts.messages(batch).forEach(this::deliver);
    }
    if (!expected) { // something before it was lost
      restored();
    }
  }

  private void deliver(BusParts.Message message) {
    Bus.Listener listener = listeners.get(message.kind());
    if (listener != null) { // else it is from a newer version
      call(() -> listener.received(message.bytes()));
    }
  }

  /** Tells everybody who listens that messages may be lost from now on. */
  @Override
  public void interrupted() {
    listeners.values().forEach(listener -> call(listener::interrupted));
  }

  /** Tells everybody who listens that messages arrive again. */
  @Override
  public void restored() {
    listeners.values().forEach(listener -> call(listener::restored));
  }

  private static void call(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException failure) {
      LOG.error("handling a message of another server failed", failure);
    }
  }
}
