package dev.switchboard.spi;

/**
 * Verifies a client's credentials. Implementations must be thread-safe. They are called on virtual
 * threads, also concurrently, and may block.
 */
@FunctionalInterface
public interface Authenticator {
  /**
   * Returns the user that the credentials prove.
   *
   * @throws AuthenticationException if the credentials are not valid, or can't be verified at the
   *     moment
   * @throws Exception any other exception is logged, and the client is refused as after a failure
   *     of the server
   */
  AuthenticatedUser authenticate(Credentials credentials) throws Exception;
}
