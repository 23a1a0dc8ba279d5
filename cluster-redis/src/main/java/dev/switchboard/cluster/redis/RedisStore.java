package dev.switchboard.cluster.redis;

import dev.switchboard.history.sql.Epochs;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The connections by which a server reaches what is stored: one writes what must not be lost, one
 * is for presence, and one for everything else, so that none waits for another. Thread-safe; calls
 * block.
 *
 * <p>Before a new connection is used, it is found out whether Redis has lost commits that this
 * server has seen ({@link SeenCommits}). So nothing is read from a store that has gone back, or
 * appended to it, under its old epoch.
 */
final class RedisStore implements AutoCloseable {
  private static final RedisScript SETTLE = new RedisScript("settle");

  final SeenCommits seen = new SeenCommits();
  private final int replicas;
  private final RedisLink writes;
  private final RedisLink reads;
  private final RedisLink presence;

  /**
   * Creates a store that is not connected.
   *
   * @param replicas how many replicas must have what is written
   */
  RedisStore(RedisServer server, int replicas) {
    this.replicas = replicas;
    this.writes = new RedisLink(() -> server.connect("switchboard-write"), this::settle);
    this.reads = new RedisLink(() -> server.connect("switchboard-read"), this::settle);
    this.presence = new RedisLink(() -> server.connect("switchboard-presence"), this::settle);
  }

  private synchronized void settle(RedisLink.Calls calls) {
    List<SeenCommits.Seen> all = seen.all();
    List<byte[]> arguments = new ArrayList<>();
    arguments.add(RedisScript.bytes(Epochs.random()));
    for (SeenCommits.Seen one : all) {
      arguments.add(RedisScript.bytes(one.stretch()));
      arguments.add(RedisScript.bytes(one.commit()));
    }
    byte[][] keys = {Keys.STORE, Keys.STRETCHES, Keys.LEASES};
    List<@Nullable Object> answer = SETTLE.run(calls::call, keys, arguments.toArray(byte[][]::new));
    seen.settled(all, RedisScript.text(answer.get(1)), RedisScript.number(answer.get(2)));
  }

  /** Returns the connection for presence. */
  RedisLink presence() {
    return presence;
  }

  <T> T read(RedisLink.Command<T> command) {
    return reads.call(command);
  }

  List<@Nullable Object> read(RedisScript script, byte[][] keys, byte[]... arguments) {
    return script.run(reads::call, keys, arguments);
  }

  /** Writes something, and waits until the replicas have it. */
  <T> T write(RedisLink.Command<T> command) {
    return writes.write(command, replicas);
  }

  /** Writes something, and waits until the replicas have it. */
  List<@Nullable Object> write(RedisScript script, byte[][] keys, byte[]... arguments) {
    return script.run(
        new RedisScript.Sending() {
          @Override
          public <T> T send(RedisLink.Command<T> command) {
            return write(command);
          }
        },
        keys,
        arguments);
  }

  @Override
  public void close() {
    writes.close();
    reads.close();
    presence.close();
  }
}
