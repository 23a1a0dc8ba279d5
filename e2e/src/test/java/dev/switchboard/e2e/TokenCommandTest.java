package dev.switchboard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.security.JwtAuthenticator;
import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.Credentials;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
@Tag("A15")
@Tag("D11")
class TokenCommandTest {
  @TempDir private Path folder;

  /** The one line that a command prints. */
  private static String prints(String... command) {
    return printed(Program.switchboard(command));
  }

  private static String printed(Program program) {
    try (program) {
      String line = program.says("");
      assertThat(program.ends()).isZero();
      assertThat(program.out()).hasSize(1);
      assertThat(program.err()).isEmpty();
      return line;
    }
  }

  private static String fails(int code, String... command) {
    try (Program program = Program.switchboard(command)) {
      assertThat(program.ends()).isEqualTo(code);
      assertThat(program.out()).isEmpty();
      assertThat(program.err()).as("one clear line").hasSize(1);
      assertThat(program.err().get(0)).startsWith("switchboard: ");
      return program.err().get(0);
    }
  }

  private String key(String algorithm) {
    Path file = folder.resolve(algorithm + ".jwk");
    try (Program made =
        Program.switchboard("token", "key", "--algorithm", algorithm, "--out", file.toString())) {
      assertThat(made.ends()).isZero();
      assertThat(made.out()).isEmpty();
      assertThat(made.err()).isEmpty();
    }
    return file.toString();
  }

  private static AuthenticatedUser user(Path key, String token) throws Exception {
    return JwtAuthenticator.builder()
        .keyFile(key)
        .issuer("me")
        .audience("chat")
        .build()
        .authenticate(new Credentials(Credentials.Kind.TOKEN, token));
  }

  @ParameterizedTest
  @ValueSource(strings = {"HS256", "ES256", "EdDSA"})
  void aTokenIsAcceptedByWhoHasTheKey(String algorithm) throws Exception {
    String key = key(algorithm);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(Path.of(key))))
        .isEqualTo("rw-------");
    String token =
        prints(
            "token",
            "--key",
            key,
            "--user",
            "ann",
            "--role",
            "admin",
            "--role",
            "staff",
            "--expires",
            "15m",
            "--audience",
            "chat",
            "--issuer",
            "me");
    Path verifying = Path.of(key);
    if (!algorithm.equals("HS256")) {
      verifying =
          Files.writeString(folder.resolve("public"), prints("token", "public", "--key", key));
    }
    AuthenticatedUser ann = user(verifying, token);
    assertThat(ann.name()).isEqualTo("ann");
    assertThat(ann.roles()).isEqualTo(Set.of("admin", "staff"));
    Instant end = Instant.now().plus(Duration.ofMinutes(15));
    assertThat(ann.expiresAt()).isBetween(end.minusSeconds(60), end.plusSeconds(60));
  }

  @Test
  void aKeyMayComeFromStandardInput() throws Exception {
    String key = prints("token", "key", "--algorithm", "HS256");
    Path file = Files.writeString(folder.resolve("key"), key);
    Program program =
        Program.of(
            "sh",
            "-c",
            "exec \"$0\" -cp \"$1\" dev.switchboard.cli.Switchboard"
                + " token --key - --user ann --audience chat --issuer me < \"$2\"",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            System.getProperty("java.class.path"),
            file.toString());
    assertThat(user(file, printed(program)).name()).isEqualTo("ann");
  }

  @Test
  void aKeyIsNeverOverwritten() throws Exception {
    String key = key("ES256");
    String before = Files.readString(Path.of(key));
    assertThat(fails(1, "token", "key", "--out", key))
        .contains(
            "--out: " + key + " exists, and a key is never overwritten (expected: a new file)");
    assertThat(Path.of(key)).hasContent(before);
    assertThat(fails(1, "token", "key", "--out", folder.resolve("no/key").toString()))
        .contains("is in no folder (expected: a file in an existing one)");
  }

  @Test
  void whatIsWrongIsSaidWithoutTheKey() throws Exception {
    String weak = folder.resolve("weak").toString();
    Files.writeString(Path.of(weak), "{\"kty\":\"oct\",\"k\":\"aHVudGVyMg\"}");
    assertThat(fails(1, "token", "--key", weak, "--user", "ann"))
        .contains("--key: " + weak + ": secret: 7 bytes (expected: at least 32 random bytes")
        .doesNotContain("aHVudGVyMg", "hunter2");
    assertThat(fails(2, "token", "--user", "ann"))
        .contains("--key is missing (expected: --key FILE");
    assertThat(fails(2, "token", "--key", weak)).contains("--user is missing");
    String key = key("HS256");
    assertThat(fails(1, "token", "--key", key, "--user", "a\u202eb")).contains("--user: ");
    assertThat(fails(1, "token", "--key", key, "--user", "ann", "--expires", "1 week"))
        .contains("--expires: 1 week (expected: a number and s, m, h or d, such as 1h)");
    assertThat(fails(1, "token", "--key", key, "--user", "ann", "--expires", "367d"))
        .contains("--expires: ", "(expected: 1 second to 366 days)");
    assertThat(fails(1, "token", "public", "--key", key)).contains("has no public half");
    assertThat(fails(1, "token", "key", "--algorithm", "none"))
        .contains("--algorithm: none (expected: HS256, RS256, PS256, ES256 or EdDSA)");
  }
}
