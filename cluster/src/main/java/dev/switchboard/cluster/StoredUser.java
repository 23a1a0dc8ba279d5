package dev.switchboard.cluster;

import dev.switchboard.spi.AuthenticatedUser;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * An {@link AuthenticatedUser} as JSON. Immutable.
 *
 * @param expiresAt as ISO 8601, which has the nanoseconds
 */
public record StoredUser(
    String name,
    Map<String, Object> claims,
    Set<String> roles,
    @Nullable String expiresAt,
    @Nullable String credentialId) {
  // In ASCII, because a claim may have what a column of text does not take: NUL, lone surrogates.
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  /**
   * Writes a user.
   *
   * @throws IllegalArgumentException if the claims would not come back as they are
   */
  public static String write(AuthenticatedUser user) {
    Instant end = user.expiresAt();
    StoredUser stored =
        new StoredUser(
            user.name(),
            user.claims(),
            user.roles(),
            end == null ? null : end.toString(),
            user.credentialId());
    try {
      String text = MAPPER.writeValueAsString(stored);
      if (read(text).equals(user)) {
        return text;
      }
    } catch (JacksonException notJson) { // the exception may show claims, which may be secret
      throw refused();
    }
    throw refused();
  }

  private static IllegalArgumentException refused() {
    return new IllegalArgumentException(
        "claims: not the same after a round trip through JSON (expected: strings, booleans, numbers"
            + " as JSON is read, lists, and maps with strings as keys)");
  }

  /** Reads what {@link #write} has written. */
  public static AuthenticatedUser read(String text) {
    StoredUser stored = MAPPER.readValue(text, StoredUser.class);
    return new AuthenticatedUser(
        stored.name,
        stored.claims,
        stored.roles,
        stored.expiresAt == null ? null : Instant.parse(stored.expiresAt),
        stored.credentialId);
  }
}
