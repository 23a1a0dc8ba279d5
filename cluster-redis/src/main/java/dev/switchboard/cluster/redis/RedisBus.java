package dev.switchboard.cluster.redis;

import dev.switchboard.cluster.BusParts;
import dev.switchboard.cluster.BusReceiver;
import dev.switchboard.cluster.BusSender;
import dev.switchboard.cluster.ChannelListener;
import dev.switchboard.history.HistoryException;
import dev.switchboard.history.sql.Reason;
import dev.switchboard.spi.Bus;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;

/**
 * A bus over Redis's channels. What waits to be sent is published as one message on a connection of
 * its own, so that neither it nor an append waits for the other.
 *
 * <p>With each batch goes the last commit that its server has seen, so that the others notice, too,
 * if Redis loses it ({@link SeenCommits}).
 */
final class RedisBus implements Bus {
  private final ChannelListener<byte[]> listener;
  private final RedisLink link;
  private final byte[] channel;
  private final SeenCommits seen;
  private final String node = Long.toString(new SecureRandom().nextLong() >>> 4, 36);
  private final BusReceiver receiver = new BusReceiver(node, () -> {});
  private final BusSender sender = new BusSender("Redis", new Publishing());

  /**
   * Creates a bus that is not connected yet.
   *
   * @param listener receives; it has not started
   */
  RedisBus(RedisServer server, ChannelListener<byte[]> listener, SeenCommits seen) {
    this.listener = listener;
    this.seen = seen;
    String name = Keys.channel(server.database(), "bus");
    this.channel = name.getBytes(StandardCharsets.UTF_8);
    this.link = new RedisLink(() -> server.connect("switchboard-publish"), calls -> {});
    listener.listen(name, this::received);
    listener.watch(receiver);
  }

  private void received(byte[] message) {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(message));
    try {
      String from = in.readUTF();
      long number = in.readLong();
      seen.saw(in.readUTF(), in.readLong());
      receiver.received(new BusParts(from, number, 0, 1, in.readAllBytes()));
    } catch (IOException e) {
      throw new IllegalArgumentException("a message of the bus: it ends too early", e);
    }
  }

  private byte[] message(long number, List<BusParts.Message> batch) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    SeenCommits.Seen last = seen.current();
    try {
      out.writeUTF(node);
      out.writeLong(number);
      out.writeUTF(last.stretch());
      out.writeLong(last.commit());
      out.write(BusParts.join(batch));
    } catch (IOException impossible) { // there is no device
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  @Override
  public void listen(String kind, Listener heard) {
    receiver.listen(kind, heard);
  }

  @Override
  public void start() {
    listener.start();
    try {
      sender.connect();
    } catch (Exception e) {
      throw new HistoryException("Redis: publishing failed: " + Reason.of(e), e);
    }
    sender.start();
  }

  @Override
  public void send(String kind, byte[] message) {
    sender.send(kind, message);
  }

  /** The connection that publishes. It ends by itself when something fails, and opens again. */
  private final class Publishing implements BusSender.Carrier {
    @Override
    public void connect() {
      String unused = link.call(commands -> commands.ping());
    }

    @Override
    public void carry(long number, List<BusParts.Message> batch) {
      byte[] message = message(number, batch);
      long unused = link.call(commands -> commands.publish(channel, message));
    }

    @Override
    public void abort() {
      // a call that failed has done so
    }
  }

  @Override
  public void close() {
    sender.close();
    link.close();
  }
}
