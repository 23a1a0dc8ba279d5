package dev.switchboard.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.switchboard.security.JwtAuthenticator;
import dev.switchboard.spi.Authenticator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/**
 * The options of {@code serve} that say who may use the chat. Without {@code --secure}: guests, as
 * on one's own machine. With it: users with tokens, and nothing that is open by mistake.
 */
final class Access {
  @Option(
      names = "--secure",
      description =
          "Only users with tokens may chat; needs a key and --audience. Weak secrets and open settings are refused.")
  private boolean secure;

  @Option(
      names = "--jwt-secret-file",
      paramLabel = "FILE",
      description =
          "Accept tokens signed with the secret in this file (HS256), which not everybody may read.")
  private @Nullable Path secretFile;

  @Option(
      names = "--jwt-key-file",
      paramLabel = "FILE",
      description =
          "Accept tokens signed with the key whose public half is in this file; may be repeated.")
  private List<Path> keyFiles = List.of();

  @Option(
      names = "--jwks",
      paramLabel = "URL",
      description = "Accept tokens signed with the keys of a login service; needs --issuer.")
  private @Nullable URI jwks;

  @Option(
      names = "--audience",
      paramLabel = "NAME",
      description = "What tokens must be for (their aud); may be repeated.")
  private List<String> audiences = List.of();

  @Option(
      names = "--issuer",
      paramLabel = "NAME",
      description =
          "Who must have made tokens (their iss); may be repeated (default: anybody with the key).")
  private List<String> issuers = List.of();

  @Option(
      names = "--plain-text",
      description =
          "With --secure: other machines may connect without TLS, because their network is trusted.")
  private boolean plainText;

  /**
   * Returns who checks the users' tokens; null for guests.
   *
   * @param host the address to listen on
   * @param encrypted whether the server or a proxy in front of it ends TLS
   * @param rate messages per second, 0 for no limit
   * @throws Switchboard.Failure if the options don't go together, or are not secure
   */
  @Nullable Authenticator users(String host, boolean encrypted, int rate) {
    int keys = (secretFile == null ? 0 : 1) + (keyFiles.isEmpty() ? 0 : 1) + (jwks == null ? 0 : 1);
    if (!secure) {
      if (keys > 0 || plainText || !audiences.isEmpty() || !issuers.isEmpty()) {
        throw new Switchboard.Failure(
            "--jwt-…, --jwks, --audience, --issuer, --plain-text: without --secure everybody is a"
                + " guest (expected: with --secure)");
      }
      return null;
    }
    require(
        keys == 1,
        "--secure: "
            + keys
            + " kinds of keys (expected: one of --jwt-secret-file FILE, --jwt-key-file FILE,"
            + " --jwks URL)");
    require(
        !audiences.isEmpty(),
        "--secure: no audience (expected: --audience NAME, as tokens say in aud)");
    require(rate > 0, "--rate: 0 (expected: a limit, with --secure)");
    require(
        encrypted || plainText || isLoopback(host),
        "--host: "
            + host
            + " would carry tokens in plain text (expected: --tls-cert and --tls-key,"
            + " --trusted-proxy of a proxy that ends TLS, or --plain-text in a trusted network)");
    if (secretFile != null) {
      requirePrivate("--jwt-secret-file", secretFile, "chmod 600", PosixFilePermission.OTHERS_READ);
    }
    keyFiles.forEach(file ->
        requirePrivate("--jwt-key-file", file, "chmod 644", PosixFilePermission.OTHERS_WRITE));
    return authenticator();
  }

  private Authenticator authenticator() {
    try {
      JwtAuthenticator.Builder tokens =
          JwtAuthenticator.builder()
              .audience(audiences.toArray(String[]::new))
              .issuer(issuers.toArray(String[]::new));
      if (secretFile != null) {
        tokens.secretFile(secretFile);
      }
      keyFiles.forEach(tokens::keyFile);
      if (jwks != null) {
        require(!issuers.isEmpty(), "--jwks: no issuer (expected: --issuer NAME)");
        tokens.jwks(jwks);
      }
      return tokens.build();
    } catch (IllegalArgumentException wrong) { // says nothing of the key
      throw new Switchboard.Failure("--secure: " + wrong.getMessage());
    }
  }

  /** Writes the audit log to standard error. */
  static void audit() {
    if (LoggerFactory.getLogger("switchboard.audit") instanceof Logger audit) {
      audit.setLevel(Level.INFO);
    }
  }

  private static void require(boolean good, String problem) {
    if (!good) {
      throw new Switchboard.Failure(problem);
    }
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException unknown) {
      return false; // binding says more about it
    }
  }

  /**
   * Refuses a file that everybody may change, or have that permission for.
   *
   * @param command what to do about it
   */
  static void requirePrivate(String option, Path file, String command, PosixFilePermission worst) {
    Set<PosixFilePermission> permissions;
    try {
      permissions = Files.getPosixFilePermissions(file);
    } catch (UnsupportedOperationException | IOException unknown) {
      return; // no such permissions here; or no such file, which reading it says better
    }
    boolean written = permissions.contains(PosixFilePermission.OTHERS_WRITE);
    require(
        !written && !permissions.contains(worst),
        option
            + ": everybody on this machine may "
            + (written ? "change " : "read ")
            + file
            + " (expected: "
            + command
            + ")");
  }
}
