package dev.switchboard.encryption;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.crypto.SecretKey;

/**
 * Keys by their ids. One of them, the current one, encrypts; all of them decrypt. To rotate without
 * a gap, first {@link #add} the new key at every participant, then {@link #use} it at each, and
 * {@link #remove} the old one when nobody needs what it encrypted. A ring owns its keys and
 * destroys those that are removed. Thread-safe.
 */
public final class KeyRing implements AutoCloseable {
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  /** By id, in the order of adding; guarded by this. */
  private final Map<String, EncryptionKey> keys = new LinkedHashMap<>();

  /** The id of the key that encrypts; always among {@link #keys}, until closed. Guarded by this. */
  private String current;

  /**
   * A ring of one key, which is current.
   *
   * @param id 1–64 letters, digits, {@code .}, {@code _} and {@code -}; everyone can read it
   * @throws IllegalArgumentException if the id is not of that form
   */
  public KeyRing(String id, EncryptionKey key) {
    keys.put(valid(id), key);
    current = id;
  }

  /**
   * Adds a key, which decrypts from now on.
   *
   * @throws IllegalArgumentException if the id is malformed or taken: an id never changes its key
   */
  public synchronized KeyRing add(String id, EncryptionKey key) {
    if (keys.putIfAbsent(valid(id), key) != null) {
      throw new IllegalArgumentException("id: " + id + " (expected: not in the ring)");
    }
    return this;
  }

  /**
   * Encrypts with that key from now on.
   *
   * @throws IllegalArgumentException if there is no such key
   */
  public synchronized KeyRing use(String id) {
    if (!keys.containsKey(id)) {
      throw new IllegalArgumentException("id: unknown (expected: one of " + keys.keySet() + ")");
    }
    current = id;
    return this;
  }

  /**
   * Removes a key and destroys it. What it encrypted can't be decrypted any more.
   *
   * @return whether there was such a key
   * @throws IllegalArgumentException if it is the current one
   */
  public synchronized boolean remove(String id) {
    if (id.equals(current)) {
      throw new IllegalArgumentException("id: " + id + " (expected: not the current key)");
    }
    EncryptionKey removed = keys.remove(id);
    if (removed != null) {
      removed.destroy();
    }
    return removed != null;
  }

  /** The id of the key that encrypts. */
  public synchronized String current() {
    return current;
  }

  /** The ids of all keys, in the order of adding. */
  public synchronized List<String> ids() {
    return List.copyOf(keys.keySet());
  }

  /** Destroys all keys. */
  @Override
  public synchronized void close() {
    keys.values().forEach(EncryptionKey::destroy);
    keys.clear();
  }

  /** The current key, copied under the lock: {@link #remove} can't destroy it halfway. */
  synchronized Current encrypting() {
    EncryptionKey key = keys.get(current);
    if (key == null) {
      throw new IllegalStateException("key ring: closed");
    }
    return new Current(current, key.secret());
  }

  synchronized Optional<SecretKey> find(String id) {
    return Optional.ofNullable(keys.get(id))
        .filter(key -> !key.isDestroyed())
        .map(EncryptionKey::secret);
  }

  static boolean isId(String id) {
    return ID.matcher(id).matches();
  }

  private static String valid(String id) {
    if (!isId(id)) {
      throw new IllegalArgumentException("id: malformed (expected: " + ID + ")");
    }
    return id;
  }

  @Override
  public synchronized String toString() {
    return "KeyRing" + keys.keySet();
  }

  /** The key that encrypts, with its id. */
  record Current(String id, SecretKey key) {}
}
