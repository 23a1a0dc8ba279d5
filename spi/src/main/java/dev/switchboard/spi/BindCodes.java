package dev.switchboard.spi;

import dev.switchboard.protocol.RefusedException;
import java.time.Instant;
import java.util.Optional;

/**
 * Stores bind codes: one-time codes that stand for a user for a short time. The server that takes a
 * code need not be the one that issued it, so servers behind one load balancer share a store.
 * Thread-safe. Methods are called on virtual threads, also concurrently, and may block.
 *
 * <p>A store never sees a code, only its hash. Whoever reads the store can't connect with what it
 * finds there.
 *
 * <p>Each method throws {@link RefusedException} with {@code unavailable} if the store can't be
 * reached. The client is then told to come back later.
 */
public interface BindCodes extends AutoCloseable {
  /**
   * Stores a user under the hash of a code. When this returns, {@link #take} finds it on every
   * server.
   *
   * @param hash 64 hexadecimal digits; no two codes have the same
   * @param user the user as authenticated, whose name, claims, roles, expiry and credential id come
   *     back as they are. Claims are what JSON can express; a store that leaves the process may
   *     refuse others with {@link IllegalArgumentException}
   * @param expiry when the code is no longer good, by the clock of the server that issued it
   * @throws RefusedException {@code unavailable} if the store is full, too
   */
  void put(String hash, AuthenticatedUser user, Instant expiry);

  /**
   * Takes the user out of the store. Of all calls for a hash, on all servers, at most one gets the
   * user, also if the store is closed and opened again in between. A call that fails may have taken
   * it.
   *
   * @return the user, or empty if the hash is unknown, was taken, or has expired
   */
  Optional<AuthenticatedUser> take(String hash);

  /** Releases what this server holds. Codes that others can take stay. May block. */
  @Override
  void close();
}
