package dev.switchboard.security;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.switchboard.protocol.Names;
import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.AuthenticationException;
import dev.switchboard.spi.Credentials;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;

/**
 * Tokens of any text. If the first byte is odd, the rest is a token as it is; else it is a header,
 * a line break and claims, which are signed with the right key.
 */
@Tag("A15")
class TokenFuzzTest {
  private static final JwtAuthenticator AUTHENTICATOR =
      JwtAuthenticator.builder()
          .secret(Forge.SECRET)
          .audience("chat")
          .clock(() -> Forge.NOW)
          .build();

  @FuzzTest(maxDuration = "3m")
  void aTokenIsRefusedOrItsUserKeepsTheRules(byte[] input) throws Exception {
    if (input.length == 0) {
      return;
    }
    byte[] rest = Arrays.copyOfRange(input, 1, input.length);
    boolean plain = (input[0] & 1) == 1;
    String token = plain ? new String(rest, StandardCharsets.UTF_8) : signed(rest);
    AuthenticatedUser user;
    try {
      user = AUTHENTICATOR.authenticate(new Credentials(Credentials.Kind.TOKEN, token));
    } catch (AuthenticationException refused) {
      assertThat(refused.getMessage()).matches("token: [a-z A-Z0-9():;,]+");
      assertThat(refused.retryable()).isFalse();
      return;
    }
    assertThat(plain).as("only who has the key makes tokens").isFalse();
    assertThat(Names.valid(user.name())).isTrue();
    assertThat(user.expiresAt()).isAfter(Forge.NOW);
    assertThat(user.claims()).containsEntry("sub", user.name()).containsKey("exp");
  }

  private static String signed(byte[] headerAndClaims) {
    int middle = 0;
    while (middle < headerAndClaims.length && headerAndClaims[middle] != '\n') {
      middle++;
    }
    byte[] header = Arrays.copyOf(headerAndClaims, middle);
    byte[] claims =
        Arrays.copyOfRange(
            headerAndClaims, Math.min(middle + 1, headerAndClaims.length), headerAndClaims.length);
    String signed = Forge.encoded(header) + "." + Forge.encoded(claims);
    return signed + "." + Forge.encoded(Forge.signature("HS256", Forge.HS, signed));
  }
}
