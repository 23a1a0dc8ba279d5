package dev.switchboard.server.presence;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.wire.Draft;
import dev.switchboard.protocol.wire.ServerMessages;
import dev.switchboard.server.limits.SessionSettings;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.PresenceStore;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Notifies room members of joins and leaves, immediately in a small room and in batches in a large
 * one, and notifies watchers of users going online or offline. The immediate notices are bounded
 * over all rooms, because a client that joins and leaves in a loop pays for one message each time,
 * and the server for one to every member; above the bound, small rooms are notified in batches,
 * too. Thread-safe; time is an argument.
 */
public final class PresenceNotifier implements PresenceStore.Watcher {
  /** How many messages immediate notices may cause until the next batch. */
  private static final int MAX_AT_ONCE = 20_000;

  private final int above;
  private final long every;
  private final int names;
  private final Statuses statuses;
  private final Teller teller;
  private final Map<Address.Room, PresenceBatch> untold =
      new ConcurrentHashMap<>(); // joins and leaves not sent yet
  private final AtomicInteger atOnce = new AtomicInteger(); // messages since the last batch
  private long toldAt; // the time of the last batch; confined to the ticking thread

  /** Sends a notice to the members of a room. Must not block. */
  public interface Teller {
    /** {@code about} is the user who does not get the notice; null if all members get it. */
    void tell(Address.Room room, Draft notice, @Nullable String about);
  }

  public PresenceNotifier(
      SessionSettings.Presence settings, Statuses statuses, long now, Teller teller) {
    this.above = settings.above();
    this.every = settings.every().toMillis();
    this.names = settings.names();
    this.statuses = statuses;
    this.toldAt = now;
    this.teller = teller;
  }

  @Override
  public void changed(LogKey where, String user, boolean present, int count) {
    if (where.address() instanceof Address.Room room) {
      untold.compute(room, (key, batch) -> toRoom(room, batch, user, present, count));
    } else {
      statuses.changed(user, present);
    }
  }

  private @Nullable PresenceBatch toRoom(
      Address.Room room, @Nullable PresenceBatch waiting, String user, boolean joined, int count) {
    if (waiting == null && count <= above && mayTellAtOnce(count)) {
      teller.tell(room, ServerMessages.presence(joined, room.name(), user, count), user);
      return null;
    }
    PresenceBatch batch = waiting == null ? new PresenceBatch(names) : waiting;
    batch.add(user, joined, count);
    return batch;
  }

  private boolean mayTellAtOnce(int members) {
    return above == Integer.MAX_VALUE || atOnce.addAndGet(members) <= MAX_AT_ONCE;
  }

  /** Sends the batches if they are due. */
  public void tick(long now) {
    long waited = now - toldAt;
    if (waited < 0 || waited >= every) { // the clock may be set back
      toldAt = now;
      atOnce.set(0);
      statuses.tellWaiting();
      Set.copyOf(untold.keySet())
          .forEach(room ->
              untold.computeIfPresent(
                  room,
                  (key, batch) -> {
                    tell(room, batch.summary());
                    return null;
                  }));
    }
  }

  private void tell(Address.Room room, PresenceBatch.Summary told) {
    if (!told.isEmpty()) {
      teller.tell(
          room,
          ServerMessages.usersChanged(
              room.name(), told.joined(), told.left(), told.count(), told.more()),
          null);
    }
  }
}
