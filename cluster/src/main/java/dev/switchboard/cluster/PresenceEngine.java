package dev.switchboard.cluster;

import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.PresenceStore.Users;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where servers keep who is where: a lease for each server, and the users of each lease in each
 * place. Thread-safe; calls block. What they throw means that the engine does not answer.
 *
 * <p>It notifies all servers of each change by a {@link PresenceEvent}, in the order of the changes
 * of a place.
 */
public interface PresenceEngine {
  /** How many changes a call has at most. */
  int MAX_CHANGES = 1_000;

  /** A user of an endpoint, who was seen. */
  record Seen(String space, String user) {}

  /** Opens a way to the engine. */
  Visit visit() throws Exception;

  /** A way to the engine for some calls. Confined to one thread. */
  interface Visit extends AutoCloseable {
    /** Renews a lease. Returns false if it ran out. */
    boolean keep(UUID lease, Duration length) throws Exception;

    /** Takes a new lease. */
    void take(UUID lease, Duration length) throws Exception;

    /**
     * Puts users of a lease into places and takes them out, in this order. What is so already has
     * no effect. Returns false, and does nothing, if the lease ran out.
     */
    boolean change(UUID lease, List<OwnPresence.Change> batch) throws Exception;

    /**
     * Takes some of the users of a lease out of their places, and forgets the lease when it has
     * none. Returns whether there may be more to do.
     *
     * @param lease null for any that ran out. Its users were last seen when it did
     */
    boolean clear(@Nullable UUID lease) throws Exception;

    /** Reads who is in some places at one point in time; empty if the lease is gone. */
    Optional<Map<LogKey, WatchedPlace.Snapshot>> load(UUID lease, List<LogKey> places)
        throws Exception;

    /** Returns the users who came first, in the order they came. */
    Users first(LogKey where, int limit) throws Exception;

    /** Returns the users with names after {@code name}, in the order of names. */
    Users after(LogKey where, String name, int limit) throws Exception;

    /** Returns whether a user is in a place. */
    boolean has(LogKey where, String user) throws Exception;

    /**
     * Records when users were last seen, in milliseconds since 1970. Earlier times have no effect.
     */
    void seen(Map<Seen, Long> times) throws Exception;

    /** Returns when a user was last seen; empty if that is not known. */
    OptionalLong lastSeen(Seen user) throws Exception;

    /** Forgets who has been away longest if there are more than so many. */
    void forgetSeen(int kept) throws Exception;

    @Override
    void close();
  }
}
