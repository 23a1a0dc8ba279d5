package dev.switchboard.security;

import static dev.switchboard.security.CompactToken.refused;

import dev.switchboard.protocol.Names;
import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.AuthenticationException;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which claims say who the user is. Immutable, if the function is.
 *
 * @param nameClaim the claim with the name
 * @param roles finds the roles; null if what it looks at is not as it should be
 */
record UserRules(
    String nameClaim, Function<Map<String, Object>, ? extends @Nullable Collection<String>> roles) {
  private static final Logger log = LoggerFactory.getLogger(UserRules.class);
  private static final int MAX_ROLE = 256;

  /** The user of a token whose signature and claims are good. */
  AuthenticatedUser user(Map<String, @Nullable Object> claims, @Nullable Instant end)
      throws AuthenticationException {
    Object name = claims.get(nameClaim);
    if (name == null) {
      throw refused("no " + nameClaim);
    }
    if (!(name instanceof String text && Names.valid(text))) {
      throw refused(nameClaim + " is not a valid user name");
    }
    Map<String, Object> present = new LinkedHashMap<>();
    claims.forEach((claim, value) -> {
      if (value != null) {
        present.put(claim, value);
      }
    });
    return new AuthenticatedUser(text, present, roles(present), end, ClaimRules.id(claims));
  }

  private Set<String> roles(Map<String, Object> claims) throws AuthenticationException {
    Collection<String> found;
    try {
      found = roles.apply(Map.copyOf(claims));
    } catch (RuntimeException failed) {
      log.warn("roles: the function failed: {}", failed.getClass().getName());
      log.debug("roles: the function failed", failed);
      found = null;
    }
    if (found == null) {
      throw refused("roles are not as expected");
    }
    Set<String> valid = new LinkedHashSet<>();
    for (Object role : found) {
      if (!(role instanceof String text && validRole(text))) {
        throw refused("roles are not as expected");
      }
      valid.add(text);
    }
    return valid;
  }

  private static boolean validRole(String role) {
    return !role.isEmpty()
        && role.length() <= MAX_ROLE
        && role.chars().noneMatch(Character::isISOControl);
  }

  /** The roles in a claim that is a list of strings, or one string; none without the claim. */
  static Function<Map<String, Object>, @Nullable Collection<String>> inClaim(String claim) {
    return claims ->
        switch (claims.get(claim)) {
          case null -> List.of();
          case String one -> List.of(one);
          case List<?> list when list.stream().allMatch(String.class::isInstance) ->
              list.stream().map(String.class::cast).toList();
          default -> null;
        };
  }

  /** The words of a claim (RFC 8693 §4.2). */
  static Function<Map<String, Object>, @Nullable Collection<String>> inWordsOf(String claim) {
    return claims ->
        switch (claims.get(claim)) {
          case null -> List.of();
          case String words ->
              List.of(words.split(" ")).stream().filter(word -> !word.isEmpty()).toList();
          default -> null;
        };
  }
}
