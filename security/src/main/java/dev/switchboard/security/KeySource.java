package dev.switchboard.security;

import dev.switchboard.spi.AuthenticationException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the keys that verify tokens come from. Thread-safe. */
interface KeySource {
  /**
   * The keys that a token with that {@code kid} may have been signed with; none if there is no such
   * key. May block.
   *
   * @param kid what the token says, unchecked, or null
   * @throws AuthenticationException if that can't be found out now
   */
  List<VerificationKey> candidates(@Nullable String kid)
      throws AuthenticationException, InterruptedException;

  /**
   * Of these keys, those with that id; else those without any, for the id of a token is a hint (RFC
   * 7515 §4.1.4); all for a token without.
   */
  static List<VerificationKey> among(List<VerificationKey> keys, @Nullable String kid) {
    if (kid == null) {
      return keys;
    }
    List<VerificationKey> same = keys.stream().filter(key -> kid.equals(key.id())).toList();
    return same.isEmpty() ? keys.stream().filter(key -> key.id() == null).toList() : same;
  }
}
