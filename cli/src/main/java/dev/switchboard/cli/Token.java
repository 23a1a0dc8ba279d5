package dev.switchboard.cli;

import dev.switchboard.security.JwtAlgorithm;
import dev.switchboard.security.TokenBuilder;
import dev.switchboard.security.TokenKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Makes tokens, and the keys that sign them. */
@Command(
    name = "token",
    description =
        "Prints a signed token (JWT) for a user. A key comes from a file or standard input.",
    mixinStandardHelpOptions = true,
    subcommands = {Token.Key.class, Token.Public.class})
final class Token implements Callable<Integer> {
  private static final int MAX_KEY_BYTES = 64 * 1024;
  private static final Pattern TIME = Pattern.compile("(\\d{1,8})([smhd])");

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description = "The key that signs, as `switchboard token key` makes it; -: standard input.")
  private @Nullable String key;

  @Option(names = "--user", paramLabel = "NAME", description = "The user's name.")
  private @Nullable String user;

  @Option(
      names = "--role",
      paramLabel = "ROLE",
      description = "A role of the user; may be given several times.")
  private List<String> roles = List.of();

  @Option(
      names = "--expires",
      paramLabel = "TIME",
      defaultValue = "1h",
      description = "For how long it is good: 90s, 15m, 1h, 30d (default: ${DEFAULT-VALUE}).")
  private String expires = "";

  @Option(
      names = "--audience",
      paramLabel = "NAME",
      description = "What it is for, as the server expects it; may be given several times.")
  private List<String> audiences = List.of();

  @Option(
      names = "--issuer",
      paramLabel = "NAME",
      description = "Who makes it, as the server expects it.")
  private @Nullable String issuer;

  @Spec private @Nullable CommandSpec spec; // set by picocli

  @Override
  public Integer call() {
    if (key == null || user == null) { // not `required`, which would be so for `token key` as well
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(),
          (key == null ? "--key" : "--user") + " is missing (expected: --key FILE --user NAME)");
    }
    TokenKey signing = read(key);
    try {
      TokenBuilder token = signing.token(user).expiresIn(time(expires));
      roles.forEach(token::role);
      audiences.forEach(token::audience);
      if (issuer != null) {
        token.issuer(issuer);
      }
      System.out.println(token.sign());
    } catch (IllegalArgumentException wrong) {
      throw new Switchboard.Failure("--" + wrong.getMessage());
    }
    return 0;
  }

  private static Duration time(String text) {
    Matcher time = TIME.matcher(text);
    if (!time.matches()) {
      throw new IllegalArgumentException(
          "expires: " + text + " (expected: a number and s, m, h or d, such as 1h)");
    }
    long count = Long.parseLong(time.group(1));
    return switch (time.group(2)) {
      case "s" -> Duration.ofSeconds(count);
      case "m" -> Duration.ofMinutes(count);
      case "h" -> Duration.ofHours(count);
      default -> Duration.ofDays(count);
    };
  }

  private static TokenKey read(String file) {
    try {
      if (!file.equals("-")) {
        return TokenKey.read(Path.of(file));
      }
      byte[] content = System.in.readNBytes(MAX_KEY_BYTES);
      return TokenKey.parse(new String(content, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException wrong) { // says nothing of the key
      throw new Switchboard.Failure("--key: " + wrong.getMessage());
    } catch (IOException failed) {
      throw new Switchboard.Failure("--key: standard input can't be read");
    }
  }

  /** Makes a key. */
  @Command(
      name = "key",
      description = "Makes a key that signs tokens: a JWK. It is a secret.",
      mixinStandardHelpOptions = true)
  static final class Key implements Callable<Integer> {
    @Option(
        names = "--algorithm",
        paramLabel = "NAME",
        defaultValue = "ES256",
        description =
            "ES256 or EdDSA: a key pair, of which servers need the public half only. "
                + "HS256: one secret for both (default: ${DEFAULT-VALUE}).")
    private String algorithm = "";

    @Option(
        names = "--out",
        paramLabel = "FILE",
        description =
            "A new file for it, that only you may read (default: standard output). "
                + "An existing one is never overwritten.")
    private @Nullable Path out;

    @Override
    public Integer call() {
      TokenKey made = TokenKey.generate(algorithm());
      if (out == null) {
        System.out.println(made.secretJson());
        return 0;
      }
      try {
        made.write(out);
      } catch (FileAlreadyExistsException exists) {
        throw new Switchboard.Failure(
            "--out: " + out + " exists, and a key is never overwritten (expected: a new file)");
      } catch (NoSuchFileException nowhere) {
        throw new Switchboard.Failure(
            "--out: " + out + " is in no folder (expected: a file in an existing one)");
      } catch (IOException failed) {
        throw new Switchboard.Failure(
            "--out: " + out + " can't be written (expected: a folder that may be written to)");
      }
      return 0;
    }

    private JwtAlgorithm algorithm() {
      try {
        return JwtAlgorithm.of(algorithm);
      } catch (IllegalArgumentException wrong) {
        throw new Switchboard.Failure("--" + wrong.getMessage());
      }
    }
  }

  /** Prints what a server needs of a key. */
  @Command(
      name = "public",
      description = "Prints the public half of a key (a JWK), for servers that verify tokens.",
      mixinStandardHelpOptions = true)
  static final class Public implements Callable<Integer> {
    @Option(
        names = "--key",
        paramLabel = "FILE",
        required = true,
        description = "The key, as `switchboard token key` makes it; -: standard input.")
    private String key = "";

    @Override
    public Integer call() {
      try {
        System.out.println(read(key).publicJson());
      } catch (IllegalStateException secret) {
        throw new Switchboard.Failure("--key: " + secret.getMessage());
      }
      return 0;
    }
  }
}
