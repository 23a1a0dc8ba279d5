package dev.switchboard.cluster.postgres;

import dev.switchboard.cluster.BusParts;
import dev.switchboard.cluster.BusReceiver;
import dev.switchboard.cluster.BusSender;
import dev.switchboard.cluster.ChannelListener;
import dev.switchboard.history.HistoryException;
import dev.switchboard.history.sql.Reason;
import dev.switchboard.spi.Bus;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A bus over PostgreSQL's notifications. What waits to be sent is sent in one statement on a
 * connection of its own, so that no append waits for it. That connection does not wait for the disk
 * ({@code synchronous_commit = off}): a notification holds a lock that is shared by the whole
 * database until its transaction has ended, and it need not survive a crash.
 *
 * <p>Large messages go in parts rather than by a table: a transaction's notifications arrive in
 * order and without others in between, so parts need nothing to be stored, read and cleaned up.
 */
final class PostgresBus implements Bus {
  private static final long PROBE_SECONDS = 5;

  private final ChannelListener<String> listener;
  private final DirectConnections connections;
  private final String channel;
  private final String node = Long.toString(new SecureRandom().nextLong() >>> 4, 36);
  private final CountDownLatch heardSelf = new CountDownLatch(1);
  private final BusReceiver receiver = new BusReceiver(node, heardSelf::countDown);
  private final BusSender sender = new BusSender("PostgreSQL", new Notifications());

  /**
   * Creates a bus that is not connected yet.
   *
   * @param listener receives; it has not started
   * @param connections opens the connection that sends
   */
  PostgresBus(ChannelListener<String> listener, DirectConnections connections, String channel) {
    this.listener = listener;
    this.connections = connections;
    this.channel = channel;
    listener.listen(channel, payload -> receiver.received(BusParts.read(payload)));
    listener.watch(receiver);
  }

  @Override
  public void listen(String kind, Listener heard) {
    receiver.listen(kind, heard);
  }

  @Override
  public void start() {
    listener.start();
    try {
      sender.connect(); // this server hears it, too
      if (!heardSelf.await(PROBE_SECONDS, TimeUnit.SECONDS)) {
        throw new HistoryException(
            "PostgreSQL: notifications do not arrive (expected: a connection to the database itself;"
                + " a pooler in transaction mode can't LISTEN)",
            null);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new HistoryException("PostgreSQL: interrupted while connecting", interrupted);
    } catch (HistoryException failed) {
      throw failed;
    } catch (Exception e) {
      throw new HistoryException("PostgreSQL: notifying failed: " + Reason.of(e), e);
    }
    sender.start();
  }

  @Override
  public void send(String kind, byte[] message) {
    sender.send(kind, message);
  }

  /** The connection that notifies. */
  private final class Notifications implements BusSender.Carrier {
    private volatile @Nullable Connection connection; // null while there is none

    @Override
    public void connect() throws SQLException {
      connection = connections.open("switchboard-notify", "SET synchronous_commit = off");
    }

    @Override
    public void carry(long number, List<BusParts.Message> batch) throws SQLException {
      Connection open = connection;
      if (open == null) {
        throw new SQLException("not connected");
      }
      List<String> payloads = BusParts.payloads(node, number, batch);
      try (PreparedStatement statement =
          open.prepareStatement("SELECT count(pg_notify(?, payload)) FROM unnest(?) AS payload")) {
        statement.setString(1, channel);
        statement.setArray(2, open.createArrayOf("text", payloads.toArray()));
        boolean unused = statement.execute();
      }
    }

    @Override
    public void abort() {
      Connection open = connection;
      connection = null;
      DirectConnections.abort(open);
    }
  }

  @Override
  public void close() {
    sender.close();
  }
}
