package dev.switchboard.security;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import tools.jackson.databind.json.JsonMapper;

/** Headers and claims of any bytes: no other reader may find anything else in them. */
@Tag("A15")
class StrictJsonFuzzTest {
  private static final JsonMapper LENIENT = JsonMapper.builder().build();

  @FuzzTest(maxDuration = "3m")
  void whatIsReadIsWhatAnyReaderReads(byte[] input) {
    Map<String, @Nullable Object> object = StrictJson.object(input);
    if (object == null) {
      return;
    }
    String text = new String(input, StandardCharsets.UTF_8);
    assertThat(text.getBytes(StandardCharsets.UTF_8)).as("UTF-8").isEqualTo(input);
    assertThat(object).isEqualTo(LENIENT.readValue(text, Map.class));
    assertThat(StrictJson.object(StrictJson.bytes(object))).isEqualTo(object);
  }
}
