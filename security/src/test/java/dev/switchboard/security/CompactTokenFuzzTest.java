package dev.switchboard.security;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.switchboard.spi.AuthenticationException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Tag;

/**
 * Texts in place of tokens. If the first letter is {@code !}, what follows has lines that are
 * encoded and become the parts of a token; else the text is taken as it is.
 */
@Tag("A15")
class CompactTokenFuzzTest {
  @FuzzTest(maxDuration = "3m")
  void aTokenIsTheOnlyTextOfItsPartsAndSigned(byte[] input) {
    String text = new String(input, StandardCharsets.ISO_8859_1);
    String token = text.startsWith("!") ? encoded(text.substring(1)) : text;
    CompactToken parsed;
    try {
      parsed = CompactToken.parse(token);
    } catch (AuthenticationException refused) {
      assertThat(refused.getMessage()).startsWith("token: ").hasSizeLessThan(100);
      return;
    }
    List<String> parts = List.of(token.split("\\.", -1));
    assertThat(parts).hasSize(3).doesNotContain("");
    assertThat(token).isEqualTo(encodedAgain(parts)).hasSizeLessThanOrEqualTo(8192);
    assertThat(parsed.algorithm()).isNotEqualToIgnoringCase("none");
    assertThat(parsed.toString()).doesNotContain(parts.get(2));
    try {
      assertThat(parsed.claims()).isNotNull();
    } catch (AuthenticationException noObject) {
      assertThat(noObject).hasMessage("token: claims are not a JSON object");
    }
  }

  private static String encoded(String lines) {
    List<String> parts = new ArrayList<>();
    for (String line : lines.split("\n", -1)) {
      parts.add(Forge.encoded(line.getBytes(StandardCharsets.ISO_8859_1)));
    }
    return String.join(".", parts);
  }

  private static String encodedAgain(List<String> parts) {
    return String.join(
        ".",
        parts.stream().map(part -> Forge.encoded(Base64.getUrlDecoder().decode(part))).toList());
  }
}
