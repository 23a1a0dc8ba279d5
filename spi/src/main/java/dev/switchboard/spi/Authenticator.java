package dev.switchboard.spi;

/**
 * Proves who a client is by what it shows. Called on virtual threads, by several at a time; it may
 * block.
 */
@FunctionalInterface
public interface Authenticator {
  /**
   * The user that the credentials prove.
   *
   * @throws AuthenticationException if they prove nobody, or if that can't be found out now
   * @throws Exception what is thrown besides is logged, and the client is refused as by a failure
   *     of the server
   */
  AuthenticatedUser authenticate(Credentials credentials) throws Exception;
}
