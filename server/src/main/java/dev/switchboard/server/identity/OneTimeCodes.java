package dev.switchboard.server.identity;

import dev.switchboard.protocol.RefusedException;
import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.AuthenticationException;
import dev.switchboard.spi.BindCodes;
import dev.switchboard.spi.ServerMetrics.BindCodeEvent;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Issues bind codes and takes them back. A code is 192 random bits; only its SHA-256 is stored,
 * which is enough for a secret that nobody can try out. The hash covers the endpoint's path, so
 * that a code is good at the endpoint that issued it and nowhere else, whatever store it is in.
 * Thread-safe; may block.
 */
public final class OneTimeCodes {
  private static final int BYTES = 24;
  private static final int MAX_LENGTH = 64; // longer ones are not hashed: none was issued
  private static final SecureRandom RANDOM = new SecureRandom();

  private final String path;
  private final BindCodes store;
  private final Duration lifetime;
  private final InstantSource clock;
  private final Consumer<BindCodeEvent> count;

  /**
   * A code and when it expires.
   *
   * @param code the code itself: a secret
   */
  public record Issued(String code, Instant expiry) {
    @Override
    public String toString() {
      return "Issued[" + expiry + "]";
    }
  }

  /**
   * Creates codes of one endpoint.
   *
   * @param lifetime for how long a code is good, unless the user's proof ends before
   * @param count is told what happens to codes
   */
  public OneTimeCodes(
      String path,
      BindCodes store,
      Duration lifetime,
      InstantSource clock,
      Consumer<BindCodeEvent> count) {
    this.path = path;
    this.store = store;
    this.lifetime = lifetime;
    this.clock = clock;
    this.count = count;
  }

  /**
   * Issues a code for a user.
   *
   * @throws RefusedException {@code unavailable} if it can't be stored now
   */
  public Issued issue(AuthenticatedUser user) {
    byte[] random = new byte[BYTES];
    RANDOM.nextBytes(random);
    String code = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    Instant expiry = clock.instant().plus(lifetime);
    Instant end = user.expiresAt();
    if (end != null && end.isBefore(expiry)) {
      expiry = end;
    }
    store.put(hash(code), user, expiry);
    count.accept(BindCodeEvent.ISSUED);
    return new Issued(code, expiry);
  }

  /**
   * Takes a code, which is then used up. Codes that were guessed, used or have expired are refused
   * alike, after the same work.
   *
   * @throws AuthenticationException if it is no good, or can't be checked now
   */
  AuthenticatedUser take(String code) throws AuthenticationException {
    try {
      Optional<AuthenticatedUser> user =
          code.length() > MAX_LENGTH ? Optional.empty() : store.take(hash(code));
      if (user.isPresent()) {
        count.accept(BindCodeEvent.TAKEN);
        return user.get();
      }
    } catch (RefusedException away) {
      throw AuthenticationException.unavailable("bind code: can't be checked now", away);
    }
    count.accept(BindCodeEvent.REFUSED);
    throw AuthenticationException.refused(
        "bind code: wrong, used or expired (expected: a new one)");
  }

  private String hash(String code) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(path.getBytes(StandardCharsets.UTF_8));
      sha256.update((byte) 0);
      return HexFormat.of().formatHex(sha256.digest(code.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("this Java has no SHA-256", missing); // each one has
    }
  }
}
