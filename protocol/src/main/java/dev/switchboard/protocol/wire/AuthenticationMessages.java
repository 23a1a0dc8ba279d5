package dev.switchboard.protocol.wire;

import org.jspecify.annotations.Nullable;

/** Builds what a server says about proofs of identity ({@code spec/protocol.md#authenticate}). */
public final class AuthenticationMessages {
  private AuthenticationMessages() {}

  /**
   * {@code auth_success}.
   *
   * @param expiresIn milliseconds for which the proof holds, or null for any time
   */
  public static Draft success(@Nullable Id re, String user, @Nullable Long expiresIn) {
    return ServerMessages.object(
        "auth_success",
        re,
        out -> {
          out.text("user", user);
          if (expiresIn != null) {
            out.number("expiresIn", expiresIn);
          }
        });
  }

  /**
   * {@code auth_failed}.
   *
   * @param retryable whether the same token may do later
   */
  public static Draft failed(@Nullable Id re, String why, boolean retryable) {
    return ServerMessages.object(
        "auth_failed",
        re,
        out -> {
          out.text("message", why);
          out.flag("retryable", retryable);
        });
  }

  /** {@code auth_expiring}, {@code expiresIn} in milliseconds. */
  public static Draft expiring(long expiresIn) {
    return ServerMessages.object("auth_expiring", null, out -> out.number("expiresIn", expiresIn));
  }
}
