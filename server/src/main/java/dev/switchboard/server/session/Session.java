package dev.switchboard.server.session;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The state that survives a reconnect: the user, a secret that proves ownership, and the joined
 * rooms. A session has at most one connection. Thread-safe.
 */
public final class Session {
  private final String id;
  private final String secret = Secrets.base64(24);
  private final String user;
  private final Questions questions;
  private final Set<String> rooms = new LinkedHashSet<>(4); // the joined rooms; guarded by this
  private @Nullable Connection connection; // null while the session waits; guarded by this
  private long detachedAt; // when the connection was lost; guarded by this
  private boolean ended; // whether the session is over; guarded by this

  /** Creates a session that has the given connection. */
  public Session(String id, String user, Connection connection) {
    this.id = id;
    this.user = user;
    this.questions = new Questions(id);
    this.connection = connection;
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

  /** Returns the questions its client has not answered. */
  Questions questions() {
    return questions;
  }

  /** Whether the secret is right. Compares in constant time. */
  boolean proves(String candidate) {
    return MessageDigest.isEqual(
        secret.getBytes(StandardCharsets.UTF_8), candidate.getBytes(StandardCharsets.UTF_8));
  }

  /** Whether this is the {@linkplain Secrets#hash hash} of the secret. */
  boolean proves(byte[] proof) {
    return MessageDigest.isEqual(Secrets.hash(secret), proof);
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
   * Whether the given connection has the session, and it is not over. A connection that lost it to
   * another may still have work to do, but must not touch the rooms: the other connection would not
   * read a room joined here.
   */
  public synchronized boolean isOf(Connection some) {
    return connection == some && !ended;
  }

  /**
   * Joins a room. Returns false if the session was in it, or the connection does not have the
   * session.
   */
  synchronized boolean join(String room, Connection by) {
    return isOf(by) && rooms.add(room);
  }

  /**
   * Leaves a room. Returns false if the session was not in it, or the connection does not have the
   * session.
   */
  synchronized boolean leave(String room, Connection by) {
    return connection == by && rooms.remove(room);
  }

  public synchronized @Nullable Connection connection() {
    return connection;
  }

  /**
   * The result of {@link #attach}: {@code gone} if the session is over, otherwise the former
   * connection, or null if there is none.
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

  /**
   * Starts waiting, because the connection is lost. Returns false if another connection has the
   * session now, or it is over.
   */
  public synchronized boolean detach(Connection lost, long now) {
    if (connection != lost || ended) {
      return false;
    }
    connection = null;
    detachedAt = now;
    return true;
  }

  /** Ends the session if it has been waiting since the given time. Returns whether it did. */
  public synchronized boolean expire(long since) {
    if (ended || connection != null || detachedAt != since) {
      return false;
    }
    ended = true;
    return true;
  }

  /** Ends the session if the given connection has it. Returns whether it did. */
  public synchronized boolean end(Connection last) {
    if (ended || connection != last) {
      return false;
    }
    ended = true;
    return true;
  }

  /** Ends the session if it waits for its client. Returns whether it did. */
  synchronized boolean endWaiting() {
    if (ended || connection != null) {
      return false;
    }
    ended = true;
    return true;
  }

  /**
   * Ends the session, wherever its connection is: on the loop of that connection, if there is one.
   *
   * @param whenEnded is told of the connection that had it; of null if it waited for its client
   * @param whenOver runs instead if it is over already
   */
  void end(Consumer<@Nullable Connection> whenEnded, Runnable whenOver) {
    Connection current = connection();
    if (current != null) {
      current.onLoop(() -> {
        if (end(current)) {
          whenEnded.accept(current);
        } else if (connection() != current) {
          end(whenEnded, whenOver);
        } else {
          whenOver.run();
        }
      });
    } else if (endWaiting()) {
      whenEnded.accept(null);
    } else if (connection() != null) {
      end(whenEnded, whenOver);
    } else {
      whenOver.run();
    }
  }

  /** Leaves a room while it waits for its client. Returns whether it was in the room, and waits. */
  synchronized boolean leaveWaiting(String room) {
    return connection == null && rooms.remove(room);
  }

  /** Undoes {@link #end}. Only for the caller to whom {@code end} just returned true. */
  public synchronized void goOn() {
    ended = false;
  }

  @Override
  public String toString() {
    return "session " + id + " of " + user;
  }
}
