package dev.switchboard.security;

import com.nimbusds.jose.util.Base64URL;
import dev.switchboard.protocol.Names;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A token to be signed, from {@link TokenKey#token}. Unless told otherwise it is good for one hour.
 * It gets {@code iat} and a random {@code jti}. Not thread-safe.
 */
public final class TokenBuilder {
  private static final Duration MAX_LIFE = Duration.ofDays(366);
  private static final int ID_BYTES = 16;
  private static final Set<String> OWN = Set.of("sub", "aud", "iss", "exp", "iat", "jti", "roles");

  private final TokenKey key;
  private final String user;
  private final List<String> roles = new ArrayList<>();
  private final List<String> audiences = new ArrayList<>();
  private final Map<String, Object> more = new LinkedHashMap<>();
  private String issuer = "";
  private Duration life = Duration.ofHours(1);
  private InstantSource clock = InstantSource.system();

  TokenBuilder(TokenKey key, String user) {
    this.key = key;
    this.user = Names.require("user", user);
  }

  /** Adds a role, in the list of the claim {@code "roles"}. */
  public TokenBuilder role(String role) {
    roles.add(filled("role", role));
    return this;
  }

  /** Adds somebody that it is for, in the claim {@code aud}. */
  public TokenBuilder audience(String audience) {
    audiences.add(filled("audience", audience));
    return this;
  }

  /** Says who made it, in the claim {@code iss}. */
  public TokenBuilder issuer(String name) {
    issuer = filled("issuer", name);
    return this;
  }

  /**
   * Changes for how long it is good (default: one hour).
   *
   * @throws IllegalArgumentException if that is under a second or over 366 days
   */
  public TokenBuilder expiresIn(Duration time) {
    if (time.toSeconds() < 1 || time.compareTo(MAX_LIFE) > 0) {
      throw new IllegalArgumentException(
          "expires: " + time.toSeconds() + " s (expected: 1 second to 366 days)");
    }
    life = time;
    return this;
  }

  /**
   * Adds a claim that has no method here.
   *
   * @param value a string, number, boolean, list or map of them
   * @throws IllegalArgumentException if there is a method for it
   */
  public TokenBuilder claim(String name, Object value) {
    if (OWN.contains(name)) {
      throw new IllegalArgumentException(
          "claim: " + name + " (expected: another; it has a method of its own, or is set anyway)");
    }
    more.put(name, value);
    return this;
  }

  /** Tells the time, for tests. */
  public TokenBuilder clock(InstantSource source) {
    clock = source;
    return this;
  }

  /** The token in compact form. */
  public String sign() {
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("alg", key.algorithm().id());
    header.put("typ", "JWT");
    String id = key.id();
    if (id != null) {
      header.put("kid", id);
    }
    String signed = encoded(header) + "." + encoded(claims());
    return signed + "." + key.signature(signed.getBytes(StandardCharsets.US_ASCII));
  }

  private Map<String, Object> claims() {
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("sub", user);
    if (!issuer.isEmpty()) {
      claims.put("iss", issuer);
    }
    if (!audiences.isEmpty()) {
      claims.put("aud", audiences.size() == 1 ? audiences.get(0) : audiences);
    }
    if (!roles.isEmpty()) {
      claims.put("roles", roles);
    }
    Instant now = clock.instant();
    claims.put("iat", now.getEpochSecond());
    claims.put("exp", now.plus(life).getEpochSecond());
    claims.put("jti", TokenKey.random(ID_BYTES).toString());
    claims.putAll(more);
    return claims;
  }

  private static Base64URL encoded(Map<String, Object> json) {
    return Base64URL.encode(StrictJson.bytes(json));
  }

  private static String filled(String what, String value) {
    if (value.isEmpty() || value.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          what + ": empty or with control characters (expected: a name)");
    }
    return value;
  }
}
