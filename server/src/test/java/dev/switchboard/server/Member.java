package dev.switchboard.server;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A member of room {@code r} that reads as fast as it can on a thread of its own, and notes how old
 * each entry of {@link LoadHost} is when it comes.
 */
final class Member implements AutoCloseable {
  private static final byte[] AT = "\"at\":".getBytes(US_ASCII);

  private final Lazy wire;
  private final List<Long> latencies = new ArrayList<>(); // guarded by itself

  Member(int port, String user) throws IOException {
    wire = new Lazy(port, "/ws?user=" + user, 1 << 20);
    wire.say("{\"type\":\"join_room\",\"room\":\"r\",\"id\":1}");
    wire.next("room_joined");
    Thread.ofPlatform().daemon().name(user).start(this::read);
  }

  /** Forgets what was noted. */
  void begin() {
    synchronized (latencies) {
      latencies.clear();
    }
  }

  int count() {
    synchronized (latencies) {
      return latencies.size();
    }
  }

  /** In nanoseconds. */
  List<Long> latencies() {
    synchronized (latencies) {
      return List.copyOf(latencies);
    }
  }

  private void read() {
    try {
      DataInputStream in = new DataInputStream(new BufferedInputStream(wire.in(), 1 << 16));
      byte[] payload = new byte[1 << 16];
      while (in.readUnsignedByte() == 0x81) {
        int length = in.readUnsignedByte();
        length = length == 126 ? in.readUnsignedShort() : length;
        in.readFully(payload, 0, length);
        note(payload, length);
      }
    } catch (IOException ended) {
      return; // its test has ended
    }
  }

  private void note(byte[] payload, int length) {
    long now = System.nanoTime();
    int start = find(payload, length);
    if (start > 0 && payload[9] == 'c' && payload[10] == 'h') { // {"type":"chat"
      long at = 0;
      for (int i = start; payload[i] >= '0' && payload[i] <= '9'; i++) {
        at = at * 10 + payload[i] - '0';
      }
      synchronized (latencies) {
        latencies.add(now - at);
      }
    }
  }

  private static int find(byte[] payload, int length) {
    for (int i = 0; i < length - AT.length; i++) {
      int matched = 0;
      while (matched < AT.length && payload[i + matched] == AT[matched]) {
        matched++;
      }
      if (matched == AT.length) {
        return i + matched;
      }
    }
    return 0;
  }

  @Override
  public void close() throws IOException {
    wire.close();
  }
}
