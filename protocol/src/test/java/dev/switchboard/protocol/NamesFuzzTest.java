package dev.switchboard.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.switchboard.protocol.format.Json;
import dev.switchboard.protocol.wire.Envelope;
import dev.switchboard.protocol.wire.Envelope.MalformedEnvelope;
import java.text.Normalizer;
import java.util.Map;

/** A name is valid by the rule, and then it crosses the wire unchanged. */
class NamesFuzzTest {
  @FuzzTest(maxDuration = "3m")
  void aNameIsRefusedOrCrossesTheWireUnchanged(FuzzedDataProvider input) {
    String name = input.consumeRemainingAsString();
    assertThat(Names.valid(name)).isEqualTo(byTheRule(name));
    byte[] json = Json.MAPPER.writeValueAsBytes(Map.of("type", "t", "room", name));
    if (Names.valid(name)) {
      assertThat(Envelope.parse(json).addresses()).containsExactly(Address.room(name));
    } else {
      refused(name, json);
    }
  }

  private static boolean byTheRule(String name) {
    int bytes = name.getBytes(UTF_8).length;
    return bytes >= 1
        && bytes <= 128
        && new String(name.getBytes(UTF_8), UTF_8).equals(name)
        && Normalizer.isNormalized(name, Normalizer.Form.NFC)
        && name.codePoints().noneMatch(c -> Character.isISOControl(c) || directs(c));
  }

  private static boolean directs(int c) {
    return switch (Character.getDirectionality(c)) {
      case Character.DIRECTIONALITY_LEFT_TO_RIGHT_EMBEDDING,
          Character.DIRECTIONALITY_LEFT_TO_RIGHT_OVERRIDE,
          Character.DIRECTIONALITY_LEFT_TO_RIGHT_ISOLATE,
          Character.DIRECTIONALITY_RIGHT_TO_LEFT_EMBEDDING,
          Character.DIRECTIONALITY_RIGHT_TO_LEFT_OVERRIDE,
          Character.DIRECTIONALITY_RIGHT_TO_LEFT_ISOLATE,
          Character.DIRECTIONALITY_FIRST_STRONG_ISOLATE,
          Character.DIRECTIONALITY_POP_DIRECTIONAL_FORMAT,
          Character.DIRECTIONALITY_POP_DIRECTIONAL_ISOLATE ->
          true;
      default -> c == 0x061c || c == 0x200e || c == 0x200f;
    };
  }

  private static void refused(String name, byte[] json) {
    try {
      Address address = Address.room(name);
      throw new AssertionError("taken: " + address);
    } catch (IllegalArgumentException expected) {
      assertThat(String.valueOf(expected.getMessage()).chars()).noneMatch(Character::isISOControl);
    }
    try {
      Envelope envelope = Envelope.parse(json);
      // A lone surrogate has no UTF-8: it is written as another character, and that may be a name.
      assertThat(new String(name.getBytes(UTF_8), UTF_8))
          .as(envelope.toString())
          .isNotEqualTo(name);
    } catch (MalformedEnvelope expected) {
      assertThat(expected.getMessage()).contains("room");
    }
  }
}
