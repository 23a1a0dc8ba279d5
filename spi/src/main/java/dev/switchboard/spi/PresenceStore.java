package dev.switchboard.spi;

import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Records which users are where, across all servers of a deployment: in a room, or online at all,
 * which is the place {@code everyone}. Each server counts the sessions of its own users and waits
 * for those that lost their connection; it tells the store only whether it has a user in a place. A
 * user is in a place as long as at least one server has them there. Thread-safe; no call blocks.
 *
 * <p>A stage fails with {@code RefusedException(UNAVAILABLE)} if the store can't be reached. An
 * adapter releases what a dead server held after a timeout of its own. What it was told while its
 * storage was unreachable it carries out later, or gives up once that timeout has passed.
 */
public interface PresenceStore extends AutoCloseable {
  /** Orders names by code point, which is also the order of their bytes in UTF-8. */
  Comparator<String> BY_NAME = PresenceStore::compare;

  /** Receives the changes in every place where this server has a user. */
  interface Watcher {
    /**
     * A user is now in this place, or no longer is. For each place, calls come one at a time and in
     * the order of events. They come on any thread, and must neither block nor call the store.
     *
     * @param count how many users are there after the change
     */
    void changed(LogKey where, String user, boolean present, int count);
  }

  /**
   * Some of the users of a place. Immutable.
   *
   * @param names the users on this page
   * @param count how many users the place has in total
   */
  record Users(List<String> names, int count) {
    /** Copies the list. */
    public Users {
      names = List.copyOf(names);
    }
  }

  /** Sets the watcher. Called once, before any other method. */
  void watch(Watcher watcher);

  /**
   * Records that this server has the user in this place. The stage completes once everybody who
   * asks sees it. Has no effect if it is already recorded.
   */
  CompletionStage<Void> enter(LogKey where, String user);

  /** Records that this server no longer has the user in this place. Has no effect if it had not. */
  CompletionStage<Void> leave(LogKey where, String user);

  /**
   * Returns the users who have been there longest, at most {@code limit}, in the order they came.
   */
  CompletionStage<Users> first(LogKey where, int limit);

  /**
   * Returns the users whose names come after {@code name} in the order of {@link #BY_NAME}, at most
   * {@code limit}, in that order. Clients call this as often as they like, so its cost must not
   * grow with the number of users.
   */
  CompletionStage<Users> after(LogKey where, String name, int limit);

  private static int compare(String one, String other) {
    int least = Math.min(one.length(), other.length());
    for (int i = 0; i < least; i++) {
      char a = one.charAt(i);
      char b = other.charAt(i);
      if (a != b) { // a surrogate stands for a code point above all that fit in one char
        boolean beyond = Character.isSurrogate(a);
        return beyond == Character.isSurrogate(b) ? Character.compare(a, b) : beyond ? 1 : -1;
      }
    }
    return Integer.compare(one.length(), other.length());
  }

  /** Returns whether the user is in this place. */
  CompletionStage<Boolean> has(LogKey where, String user);

  /** Releases everything that this server holds. May block. */
  @Override
  void close();
}
