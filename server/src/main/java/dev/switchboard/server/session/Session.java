package dev.switchboard.server.session;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What survives a reconnect: who it is, a secret that proves it, and the rooms. It has at most one
 * connection. Thread-safe.
 */
public final class Session {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final String id = random(12);
  private final String secret = random(24);
  private final String user;
  private final Questions questions = new Questions(id);
  private final Set<String> rooms = new LinkedHashSet<>(4); // guarded by this
  private @Nullable Connection connection; // guarded by this
  private long detachedAt; // guarded by this
  private boolean ended; // guarded by this

  public Session(String user, Connection connection) {
    this.user = user;
    this.connection = connection;
  }

  /** A new guest's name, of 96 random bits. */
  static String guest() {
    byte[] random = new byte[12];
    RANDOM.nextBytes(random);
    return "guest-" + HexFormat.of().formatHex(random);
  }

  private static String random(int bytes) {
    byte[] random = new byte[bytes];
    RANDOM.nextBytes(random);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
  }

  public String id() {
    return id;
  }

  String secret() {
    return secret;
  }

  public String user() {
    return user;
  }

  /** What its client was asked. */
  Questions questions() {
    return questions;
  }

  /** Compares in constant time. */
  boolean proves(String candidate) {
    return MessageDigest.isEqual(
        secret.getBytes(StandardCharsets.UTF_8), candidate.getBytes(StandardCharsets.UTF_8));
  }

  synchronized boolean in(String room) {
    return rooms.contains(room);
  }

  public synchronized List<String> rooms() {
    return List.copyOf(rooms);
  }

  synchronized int roomCount() {
    return rooms.size();
  }

  /**
   * Whether that connection has it. One that lost it to another may still have something to do, but
   * not with its rooms: the other one would not read what this one joins.
   */
  public synchronized boolean isOf(Connection some) {
    return connection == some;
  }

  /** Whether it was not in the room before; never for a connection that does not have it. */
  synchronized boolean join(String room, Connection by) {
    return connection == by && rooms.add(room);
  }

  /** Whether it was in the room; never for a connection that does not have it. */
  synchronized boolean leave(String room, Connection by) {
    return connection == by && rooms.remove(room);
  }

  public synchronized @Nullable Connection connection() {
    return connection;
  }

  /**
   * What {@link #attach} found: {@code gone} if the session is over, else the former connection if
   * it still stands.
   */
  public record Attached(boolean gone, @Nullable Connection former) {}

  /** Gives the session to another connection. */
  public synchronized Attached attach(Connection next) {
    if (ended) {
      return new Attached(true, null);
    }
    Connection former = connection;
    connection = next;
    return new Attached(false, former);
  }

  /** The connection is lost. False if another one has the session now. */
  public synchronized boolean detach(Connection lost, long now) {
    if (connection != lost || ended) {
      return false;
    }
    connection = null;
    detachedAt = now;
    return true;
  }

  /** Ends it if it still waits since then. Returns whether it did. */
  public synchronized boolean expire(long since) {
    if (ended || connection != null || detachedAt != since) {
      return false;
    }
    ended = true;
    return true;
  }

  /** Ends it if that connection has it. Returns whether it did. */
  public synchronized boolean end(Connection last) {
    if (ended || connection != last) {
      return false;
    }
    ended = true;
    return true;
  }

  /** It was not to end after all. Only for whom {@link #end} gave true, right after. */
  public synchronized void goOn() {
    ended = false;
  }

  @Override
  public String toString() {
    return "session " + id + " of " + user;
  }
}
