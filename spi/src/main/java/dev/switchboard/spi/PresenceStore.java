package dev.switchboard.spi;

import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Who is where, by user, over all servers of a deployment: in a room, or online at all, which is
 * the place {@code everyone}. A server counts the sessions of its own users and waits for those
 * that lost their connection; what it tells the store is only that it has a user somewhere, or no
 * more. A user is in a place as long as one server has them there. Thread-safe; no call blocks.
 *
 * <p>A stage fails with {@code RefusedException(UNAVAILABLE)} when the store can't be reached. An
 * adapter lets go of what a server held that has died, after a time of its own, and carries through
 * what it was told while it could not reach its storage, or gives it up when that time is over.
 */
public interface PresenceStore extends AutoCloseable {
  /** Names by code point, which is also the order of their bytes in UTF-8. */
  Comparator<String> BY_NAME = PresenceStore::compare;

  /** Hears who comes and goes in the places where this server has anybody. */
  interface Watcher {
    /**
     * The user is now there, or no more. For one place: one call at a time, in the order of what
     * happened. Called on any thread, must not block nor call the store.
     *
     * @param count how many users are there after that
     */
    void changed(LogKey where, String user, boolean present, int count);
  }

  /**
   * Some of the users of a place.
   *
   * @param count of all
   */
  record Users(List<String> names, int count) {
    /** Copies the list. */
    public Users {
      names = List.copyOf(names);
    }
  }

  /** Who is to hear of changes. Once, before anything else. */
  void watch(Watcher watcher);

  /**
   * This server has that user there. Completes when everybody who asks is told so. Nothing changes
   * if it has already.
   */
  CompletionStage<Void> enter(LogKey where, String user);

  /** This server has that user there no more. Nothing changes if it had not. */
  CompletionStage<Void> leave(LogKey where, String user);

  /** The users who have been there for longest, at most {@code limit}, in the order of coming. */
  CompletionStage<Users> first(LogKey where, int limit);

  /**
   * The users whose names come after {@code name} in the order of {@link #BY_NAME}, at most {@code
   * limit}, in that order. Clients ask for it as they like: it must not cost more the more users
   * there are.
   */
  CompletionStage<Users> after(LogKey where, String name, int limit);

  private static int compare(String one, String other) {
    int least = Math.min(one.length(), other.length());
    for (int i = 0; i < least; i++) {
      char a = one.charAt(i);
      char b = other.charAt(i);
      if (a != b) { // halves of pairs stand for what comes after all single ones
        boolean beyond = Character.isSurrogate(a);
        return beyond == Character.isSurrogate(b) ? Character.compare(a, b) : beyond ? 1 : -1;
      }
    }
    return Integer.compare(one.length(), other.length());
  }

  /** Whether the user is there. */
  CompletionStage<Boolean> has(LogKey where, String user);

  /** Lets go of all that this server holds. May block. */
  @Override
  void close();
}
