package dev.switchboard.security;

import static dev.switchboard.security.CompactToken.refused;

import dev.switchboard.spi.AuthenticationException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the registered claims of a token must say (RFC 7519 §4.1). Immutable.
 *
 * @param issuers one of these must be {@code iss}; empty for any
 * @param audiences one of these must be in {@code aud}; empty for any
 * @param leeway how far clocks may differ
 * @param mayLast whether {@code exp} may be missing
 */
record ClaimRules(Set<String> issuers, Set<String> audiences, Duration leeway, boolean mayLast) {
  private static final int MAX_ID = 256;

  /** The year 9999. */
  private static final double LAST_SECOND = 253_402_300_799.0;

  /**
   * Checks the claims.
   *
   * @return when the token is no longer accepted, or null for never
   * @throws AuthenticationException if they break a rule
   */
  @Nullable Instant check(Map<String, @Nullable Object> claims, Instant now)
      throws AuthenticationException {
    Instant end = end(claims);
    if (end != null && !now.isBefore(end)) {
      throw refused("expired");
    }
    Instant begin = date(claims, "nbf");
    if (begin != null && now.plus(leeway).isBefore(begin)) {
      throw refused("not valid yet");
    }
    Instant issued = date(claims, "iat");
    if (issued != null && now.plus(leeway).isBefore(issued)) {
      throw refused("issued in the future");
    }
    if (!issuers.isEmpty()
        && !(claims.get("iss") instanceof String issuer && issuers.contains(issuer))) {
      throw refused(claims.get("iss") == null ? "no iss" : "from another issuer");
    }
    checkAudience(claims);
    return end;
  }

  private @Nullable Instant end(Map<String, @Nullable Object> claims)
      throws AuthenticationException {
    Instant expiry = date(claims, "exp");
    if (expiry == null && !mayLast) {
      throw refused("no exp");
    }
    return expiry == null ? null : expiry.plus(leeway);
  }

  private void checkAudience(Map<String, @Nullable Object> claims) throws AuthenticationException {
    if (audiences.isEmpty()) {
      return;
    }
    Object audience = claims.get("aud");
    if (audience == null) {
      throw refused("no aud");
    }
    List<?> all = audience instanceof List<?> list ? list : List.of(audience);
    if (!all.stream().allMatch(String.class::isInstance)) {
      throw refused("aud is not a list of strings");
    }
    if (all.stream().noneMatch(audiences::contains)) {
      throw refused("for another audience");
    }
  }

  /** The {@code jti}, or null. */
  static @Nullable String id(Map<String, @Nullable Object> claims) throws AuthenticationException {
    if (!claims.containsKey("jti")) {
      return null;
    }
    if (claims.get("jti") instanceof String id
        && !id.isEmpty()
        && id.length() <= MAX_ID
        && id.chars().noneMatch(Character::isISOControl)) {
      return id;
    }
    throw refused("jti is not a short string");
  }

  /** Seconds since 1970, in whole numbers or not (RFC 7519 §2, NumericDate). */
  private static @Nullable Instant date(Map<String, @Nullable Object> claims, String claim)
      throws AuthenticationException {
    if (!claims.containsKey(claim)) {
      return null;
    }
    if (claims.get(claim) instanceof Number number) {
      double seconds = number.doubleValue();
      if (seconds >= 0 && seconds <= LAST_SECOND) {
        return Instant.ofEpochMilli((long) (seconds * 1000));
      }
    }
    throw refused(claim + " is not a date");
  }
}
