package dev.switchboard.server.identity;

import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.Restriction;
import dev.switchboard.spi.Restriction.Kind;
import dev.switchboard.spi.RestrictionStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What operators have forbidden on this server: at most 100,000 restrictions, all in memory, and
 * kept in a store if there is one. Asking is cheap and never blocks; changing may. Thread-safe.
 *
 * <p>A restriction is in force as soon as it is imposed, also if it could not be kept. Whoever
 * imposes one afterwards ends what it forbids, and whoever begins something asks afterwards whether
 * it is forbidden; so nothing begins between the two.
 */
public final class Restrictions {
  private static final int MOST = 100_000;

  private final Map<Restriction.Key, Restriction> all = new ConcurrentHashMap<>();
  private final Set<Restriction.Key> unstored =
      new HashSet<>(); // could not be kept; under the lock
  private final @Nullable RestrictionStore store;

  /** Held while memory and store are changed together, or the store is read again. */
  private final ReentrantLock changing = new ReentrantLock();

  private final InstantSource clock;

  /** Loads what is in force. */
  public Restrictions(@Nullable RestrictionStore store, InstantSource clock) {
    this.store = store;
    this.clock = clock;
    if (store != null) {
      store.load().forEach(one -> all.put(one.key(), one));
    }
  }

  /** Returns why a user may not be at an endpoint, or null. */
  public @Nullable Restriction ban(String space, String user) {
    return all.isEmpty() ? null : inForce(new Restriction.Key(Kind.BAN, space, user, null));
  }

  /** Returns why a user may not be in a room, or null. */
  public @Nullable Restriction ban(String space, String user, String room) {
    return all.isEmpty() ? null : inForce(new Restriction.Key(Kind.BAN, space, user, room));
  }

  /**
   * Returns why a user may not publish, or null.
   *
   * @param room the room it would go to; null for anything else
   */
  public @Nullable Restriction mute(String space, String user, @Nullable String room) {
    if (all.isEmpty()) {
      return null;
    }
    Restriction everywhere = inForce(new Restriction.Key(Kind.MUTE, space, user, null));
    return everywhere != null || room == null
        ? everywhere
        : inForce(new Restriction.Key(Kind.MUTE, space, user, room));
  }

  /** Whether a user's proof of identity was revoked. */
  public boolean revoked(AuthenticatedUser user) {
    if (all.isEmpty()) {
      return false;
    }
    String id = user.credentialId();
    if (id != null && inForce(new Restriction.Key(Kind.CREDENTIAL_REVOKED, "", id, null)) != null) {
      return true;
    }
    Restriction before = inForce(new Restriction.Key(Kind.USER_REVOKED, "", user.name(), null));
    return before != null && !issuedAfter(user, before.since());
  }

  /** Whether the proof states, as {@code iat}, that it is newer than a moment. */
  private static boolean issuedAfter(AuthenticatedUser user, Instant moment) {
    return user.claim("iat", Number.class)
        .map(issued -> Instant.ofEpochSecond(issued.longValue()).isAfter(moment))
        .orElse(false);
  }

  private @Nullable Restriction inForce(Restriction.Key key) {
    Restriction found = all.get(key);
    return found != null && found.inForce(clock.instant()) ? found : null;
  }

  /** Returns the restrictions in force at an endpoint; the room is null for all of it. */
  public List<Restriction> of(String space, @Nullable String room) {
    Instant now = clock.instant();
    return all.values().stream()
        .filter(one -> one.inForce(now) && one.key().space().equals(space))
        .filter(one -> room == null || room.equals(one.key().room()))
        .toList();
  }

  /**
   * Returns a restriction that begins now.
   *
   * @param time how long; positive
   */
  public Restriction fromNow(Restriction.Key key, Duration time, String reason) {
    Instant now = Instant.ofEpochMilli(clock.instant().toEpochMilli());
    return new Restriction(key, now, now.plus(time), reason);
  }

  /**
   * Imposes a restriction, in place of the one with the same key. May block.
   *
   * @throws RefusedException {@code unavailable} if there are too many, in which case it is not in
   *     force; or as {@link RestrictionStore#put}, in which case it is, until the server stops
   */
  public void impose(Restriction restriction) {
    changing.lock();
    try {
      learn(restriction);
      if (store != null) {
        unstored.add(restriction.key());
        store.put(restriction);
        unstored.remove(restriction.key());
      }
    } finally {
      changing.unlock();
    }
  }

  /**
   * Takes in what another server has imposed, and has kept if there is a store.
   *
   * @throws RefusedException {@code unavailable} if there are too many
   */
  public void learn(Restriction restriction) {
    changing.lock();
    try {
      if (all.size() >= MOST && !all.containsKey(restriction.key())) {
        Instant now = clock.instant();
        all.values().removeIf(one -> !one.inForce(now));
        if (all.size() >= MOST) {
          throw new RefusedException(ErrorCode.UNAVAILABLE, MOST + " restrictions are in force");
        }
      }
      all.put(restriction.key(), restriction);
    } finally {
      changing.unlock();
    }
  }

  /** Takes in that another server has lifted a restriction. */
  public void forget(Restriction.Key key) {
    all.remove(key);
  }

  /**
   * Reads the store again, after other servers could not be heard. May block.
   *
   * @return what is in force and was not known here
   * @throws RefusedException {@code unavailable} as {@link RestrictionStore#load}
   */
  public List<Restriction> reload() {
    if (store == null) {
      return List.of();
    }
    changing.lock();
    try {
      List<Restriction> kept = store.load();
      Set<Restriction.Key> keys = kept.stream().map(Restriction::key).collect(Collectors.toSet());
      all.keySet().removeIf(key -> !keys.contains(key) && !unstored.contains(key));
      List<Restriction> news =
          kept.stream().filter(one -> !one.equals(all.get(one.key()))).toList();
      news.forEach(this::learn);
      return news;
    } finally {
      changing.unlock();
    }
  }

  /**
   * Lifts a restriction. May block.
   *
   * @return whether there was one
   * @throws RefusedException {@code unavailable} as {@link RestrictionStore#remove}; it is then
   *     lifted until the server stops
   */
  public boolean lift(Restriction.Key key) {
    changing.lock();
    try {
      boolean was = all.remove(key) != null;
      unstored.remove(key);
      if (store != null) {
        store.remove(key);
      }
      return was;
    } finally {
      changing.unlock();
    }
  }

  /** Releases the store. */
  public void close() {
    if (store != null) {
      store.close();
    }
  }
}
