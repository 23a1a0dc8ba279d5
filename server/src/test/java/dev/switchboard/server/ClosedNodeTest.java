package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.spi.Bus;
import dev.switchboard.spi.Cluster;
import dev.switchboard.spi.HistoryStore;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A server that closes says so to the others, so that they do not wait for its sessions. */
@Tag("D5")
class ClosedNodeTest {
  private static final class Recording implements Cluster, Bus {
    final List<String> sent = new CopyOnWriteArrayList<>();
    private final MemoryHistory history = new MemoryHistory();
    private volatile boolean closed; // whether the bus is

    @Override
    public HistoryStore history() {
      return history;
    }

    @Override
    public Bus bus() {
      return this;
    }

    @Override
    public void listen(String kind, Listener listener) {}

    @Override
    public void start() {}

    @Override
    public void send(String kind, byte[] message) {
      if (!closed) {
        sent.add(kind);
      }
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  @Test
  void itIsSaidBeforeTheBusCloses() {
    Recording cluster = new Recording();
    Server.builder().port(0).cluster(cluster).endpoint("/ws", Talk.endpoint()).start().close();
    assertThat(cluster.sent).contains("sessions");
  }
}
