package dev.switchboard.security;

import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.AuthenticationException;
import dev.switchboard.spi.Authenticator;
import dev.switchboard.spi.Credentials;
import java.net.URI;
import java.nio.file.Path;
import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds out who a client is by a signed token (JWT, RFC 7519; RFC 8725). Thread-safe.
 *
 * <pre>{@code
 * Authenticator tokens =
 *     JwtAuthenticator.builder()
 *         .jwks(URI.create("https://login.example.com/jwks.json"))
 *         .issuer("https://login.example.com")
 *         .audience("chat")
 *         .build();
 * }</pre>
 *
 * <p>A token must be signed by a known key with the algorithm of that key, must be for the
 * audience, from the issuer, and neither expired nor from the future. It must be no longer than 8
 * KiB. Unsigned and encrypted tokens are refused, and so is a token that demands an extension
 * ({@code crit}). What a refused client is told says which rule its token breaks; it shows nothing
 * of the token or of the keys.
 *
 * <p>{@link AuthenticatedUser#expiresAt} is the {@code exp} of the token plus the leeway, that is,
 * when this authenticator stops accepting it; {@link AuthenticatedUser#credentialId} is its {@code
 * jti}.
 *
 * <p>Only {@link Builder#jwks} uses the network. A token may then wait for up to five seconds for
 * the keys; if they can't be had, the client is told to come back later.
 */
public final class JwtAuthenticator implements Authenticator {
  private final KeySource keys;
  private final ClaimRules claimRules;
  private final UserRules userRules;
  private final @Nullable String type;
  private final InstantSource clock;

  private JwtAuthenticator(KeySource keys, ClaimRules claimRules, Builder options) {
    this.keys = keys;
    this.claimRules = claimRules;
    this.userRules = new UserRules(options.nameClaim, options.roles);
    this.type = options.type;
    this.clock = options.clock;
  }

  /** To be told at least the keys and the audience. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * The user of a token.
   *
   * @throws AuthenticationException if the token breaks a rule, or, with {@link
   *     AuthenticationException#retryable}, if the keys can't be fetched now
   */
  @Override
  public AuthenticatedUser authenticate(Credentials credentials)
      throws AuthenticationException, InterruptedException {
    if (credentials.kind() == Credentials.Kind.BIND_CODE) {
      throw AuthenticationException.refused("bind code: not accepted here (expected: a token)");
    }
    CompactToken token = CompactToken.parse(credentials.value());
    requireKnownKey(token);
    if (type != null && !token.hasType(type)) {
      throw CompactToken.refused("of another typ");
    }
    Map<String, @Nullable Object> claims = token.claims();
    Instant end = claimRules.check(claims, clock.instant());
    return userRules.user(claims, end);
  }

  private void requireKnownKey(CompactToken token)
      throws AuthenticationException, InterruptedException {
    for (VerificationKey key : keys.candidates(token.keyId())) {
      if (token.isSignedWith(key)) {
        return;
      }
    }
    throw CompactToken.refused("not signed by a known key");
  }

  /** Without keys. */
  @Override
  public String toString() {
    return "JwtAuthenticator[" + keys + ", " + claimRules + "]";
  }

  /** Options of a {@link JwtAuthenticator}. Not thread-safe. */
  public static final class Builder {
    private static final Duration MAX_LEEWAY = Duration.ofMinutes(5);
    private static final Duration FETCH_TIMEOUT = Duration.ofSeconds(5);

    private final List<VerificationKey> keys = new ArrayList<>();
    private @Nullable URI jwks;
    private Duration keysMaxAge = Duration.ofMinutes(10);
    private Duration keysOutage = Duration.ofHours(4);
    private LongSupplier ticker = System::nanoTime;

    private Set<String> issuers = Set.of();
    private boolean anyIssuer; // said by the user
    private Set<String> audiences = Set.of();
    private boolean anyAudience; // said by the user
    private boolean mayLast; // a token without exp is accepted
    private Duration leeway = Duration.ofSeconds(30);
    private @Nullable String type;
    private InstantSource clock = InstantSource.system();

    private String nameClaim = "sub";
    private Function<Map<String, Object>, ? extends @Nullable Collection<String>> roles =
        UserRules.inClaim("roles");

    private Builder() {}

    /**
     * Accepts tokens that the keys of a file verify: a JWK, a JWK set, or a public key in PEM
     * ({@code BEGIN PUBLIC KEY}). May be called several times, to have the old key and the new one
     * while tokens of both are in use. An RSA key is for RS256, unless a JWK says {@code "alg":
     * "PS256"}.
     *
     * @throws IllegalArgumentException if the file can't be read, or holds a private key, a weak
     *     one, or one of another kind
     */
    public Builder keyFile(Path file) {
      keys.addAll(KeyFile.keys(file));
      return this;
    }

    /**
     * Accepts tokens signed with HS256 and the secret in a file: a JWK of type {@code oct}, or the
     * bytes of the file as they are, without a line break at the end. May be called several times.
     *
     * @throws IllegalArgumentException if the file can't be read, or the secret is shorter than 32
     *     bytes or easy to guess
     */
    public Builder secretFile(Path file) {
      keys.addAll(KeyFile.secret(file));
      return this;
    }

    /**
     * Accepts tokens signed with HS256 and this secret.
     *
     * @throws IllegalArgumentException if it is shorter than 32 bytes or easy to guess
     */
    public Builder secret(byte[] secret) {
      keys.add(VerificationKey.ofSecret(secret.clone()));
      return this;
    }

    /**
     * Accepts tokens that this key verifies: RSA for RS256, EC on P-256 for ES256, or Ed25519.
     *
     * @throws IllegalArgumentException if it is weak or of another kind
     */
    public Builder publicKey(PublicKey key) {
      keys.add(VerificationKey.of(KeyFile.jwk(key)));
      return this;
    }

    /**
     * Accepts tokens that the keys at this address verify (a JWK set, RFC 7517 §5). The first token
     * fetches them. They are fetched again when they are ten minutes old, and when a token names an
     * unknown key, but at most every 30 seconds. The certificate of the address is checked against
     * the trust store of the JVM. Secrets in the set are ignored.
     *
     * @throws IllegalArgumentException if it is not an https URL; http will do for localhost
     */
    public Builder jwks(URI url) {
      new JwksFetch(url, FETCH_TIMEOUT); // refuses a bad one here
      jwks = url;
      return this;
    }

    /**
     * Changes for how long keys of {@link #jwks} are used before they are fetched again (default:
     * ten minutes, at least 30 seconds), and for how long after that they are still used while
     * fetching fails (default: four hours). After both, tokens are refused until it succeeds, and
     * clients are told to come back later.
     *
     * @throws IllegalArgumentException if maxAge is under 30 seconds, or one of them negative or
     *     over 30 days
     */
    public Builder jwksCache(Duration maxAge, Duration outage) {
      keysMaxAge = between("maxAge", maxAge, JwksKeys.PAUSE, Duration.ofDays(30));
      keysOutage = between("outage", outage, Duration.ZERO, Duration.ofDays(30));
      return this;
    }

    /** Requires that {@code iss} is one of these. */
    public Builder issuer(String... accepted) {
      issuers = Set.of(accepted);
      anyIssuer = false;
      return this;
    }

    /** Accepts tokens of all issuers that the JWKS has keys of. */
    public Builder anyIssuer() {
      issuers = Set.of();
      anyIssuer = true;
      return this;
    }

    /** Requires that {@code aud} is one of these, or has one of these in it. */
    public Builder audience(String... accepted) {
      audiences = Set.of(accepted);
      anyAudience = false;
      return this;
    }

    /**
     * Accepts tokens that were made for any other service as well, so that whoever runs one of them
     * can act here as its users.
     */
    public Builder anyAudience() {
      audiences = Set.of();
      anyAudience = true;
      return this;
    }

    /** Accepts tokens without {@code exp}, which are good for ever. */
    public Builder allowNoExpiry() {
      mayLast = true;
      return this;
    }

    /**
     * Changes how far the clocks of issuer and server may differ (default: 30 seconds).
     *
     * @throws IllegalArgumentException if it is negative or over five minutes
     */
    public Builder leeway(Duration time) {
      leeway = between("leeway", time, Duration.ZERO, MAX_LEEWAY);
      return this;
    }

    /**
     * Requires a {@code typ} in the header, such as {@code at+jwt} (RFC 9068), so that a token that
     * the same issuer made for another purpose is refused. Not required otherwise.
     */
    public Builder type(String required) {
      type = required;
      return this;
    }

    /** Takes the user's name from another claim than {@code sub}. */
    public Builder nameClaim(String claim) {
      nameClaim = claim;
      return this;
    }

    /**
     * Takes the roles from another claim than {@code roles}, such as {@code groups}: a list of
     * strings, or one string. A token without the claim gives no role.
     */
    public Builder rolesClaim(String claim) {
      roles = UserRules.inClaim(claim);
      return this;
    }

    /** Takes the words of the claim {@code scope} as roles. */
    public Builder rolesFromScope() {
      roles = UserRules.inWordsOf("scope");
      return this;
    }

    /**
     * Finds the roles in the claims, for instance those that Keycloak keeps in {@code
     * realm_access.roles}. If the function throws, the token is refused. Called by several threads
     * at a time.
     */
    public Builder roles(Function<Map<String, Object>, ? extends Collection<String>> function) {
      roles = function;
      return this;
    }

    /** Tells the time, for tests. */
    public Builder clock(InstantSource source) {
      clock = source;
      return this;
    }

    /** Nanoseconds that only grow, by which keys age; for tests. */
    Builder ticker(LongSupplier nanos) {
      ticker = nanos;
      return this;
    }

    /**
     * Makes the authenticator. Nothing is fetched yet.
     *
     * @throws IllegalArgumentException if there are no keys or no audience, if there is a JWKS and
     *     no issuer, or if there are both a JWKS and other keys
     */
    public JwtAuthenticator build() {
      if (audiences.isEmpty() && !anyAudience) {
        throw new IllegalArgumentException(
            "audience: none (expected: audience(…), or anyAudience() to accept tokens for others)");
      }
      if (jwks != null && issuers.isEmpty() && !anyIssuer) {
        throw new IllegalArgumentException(
            "issuer: none (expected: issuer(…), or anyIssuer() if all that the JWKS has keys of"
                + " may)");
      }
      return new JwtAuthenticator(
          source(), new ClaimRules(issuers, audiences, leeway, mayLast), this);
    }

    private KeySource source() {
      if (jwks != null && !keys.isEmpty()) {
        throw new IllegalArgumentException(
            "keys: a JWKS and others (expected: jwks(…), or files and secrets)");
      }
      if (jwks != null) {
        return new JwksKeys(new JwksFetch(jwks, FETCH_TIMEOUT), keysMaxAge, keysOutage, ticker);
      }
      if (keys.isEmpty()) {
        throw new IllegalArgumentException(
            "keys: none (expected: jwks(…), keyFile(…), publicKey(…), secretFile(…) or secret(…))");
      }
      return new FixedKeys(List.copyOf(keys));
    }

    private static Duration between(String what, Duration value, Duration least, Duration most) {
      if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
        throw new IllegalArgumentException(
            what + ": " + value + " (expected: " + least + " to " + most + ")");
      }
      return value;
    }
  }

  /** Keys that stay. */
  private record FixedKeys(List<VerificationKey> keys) implements KeySource {
    @Override
    public List<VerificationKey> candidates(@Nullable String kid) {
      return KeySource.among(keys, kid);
    }
  }
}
