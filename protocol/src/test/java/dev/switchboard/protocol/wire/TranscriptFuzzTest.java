package dev.switchboard.protocol.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.switchboard.protocol.format.Json;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Transcripts are read or refused, and a pattern agrees with what it was filled to. */
class TranscriptFuzzTest {
  @FuzzTest(maxDuration = "3m")
  void aFileIsReadOrRefusedAndItsPatternsAgreeWithThemselves(byte[] file) {
    Transcript transcript;
    try {
      transcript = Transcript.parse(new String(file, UTF_8));
    } catch (IllegalArgumentException refused) {
      assertThat(refused.getMessage()).isNotBlank();
      return;
    }
    TranscriptNames written = new TranscriptNames();
    TranscriptNames read = new TranscriptNames();
    for (Transcript.Line line : transcript.lines()) {
      assertThat(line.toString()).isNotBlank();
      if (line.kind() == Transcript.Kind.RECEIVED || line.kind() == Transcript.Kind.SENT) {
        JsonNode pattern;
        try {
          pattern = Json.MAPPER.readTree(line.text());
        } catch (JacksonException notJson) {
          continue;
        }
        JsonNode filled = written.filled(pattern);
        assertThat(read.difference(pattern, filled)).isNull();
        assertThat(written.difference(pattern, filled)).isNull();
      }
    }
  }
}
