package dev.switchboard.protocol.internal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.protocol.internal.Envelope.MalformedEnvelope;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Whatever bytes come, an envelope is read or refused; what is read says the same as a JSON tree of
 * the same bytes.
 */
class EnvelopeFuzzTest {
  private static final List<String> SEEDS =
      List.of(
          "{\"type\":\"chat\",\"id\":7,\"messageId\":\"m\",\"room\":\"r\",\"data\":{\"a\":[1,{\"b\":\"\\u00e9\\\"}\"}]}}",
          "{\"data\":\"😀\",\"type\":\"t\",\"rooms\":[\"a\",\"b\"],\"echo\":false,\"fleeting\":true}",
          "{\"type\":\"join_room\",\"room\":\"general\",\"since\":{\"epoch\":\"k\",\"seq\":41},\"recent\":5,\"id\":\"x\"}",
          "{\"type\":\"resume\",\"session\":\"s\",\"secret\":\"k\",\"logs\":[{\"room\":\"r\",\"epoch\":\"e\",\"seq\":1},{\"everyone\":true,\"seq\":0}]}",
          "{\"type\":\"history\",\"user\":\"ann\",\"before\":10,\"limit\":5}");
  private static final byte[] ALPHABET =
      "{}[]\":,\\ue0123456789-+.truefalsn \u0000\n\u00ff\u00f0\u009f".getBytes(UTF_8);

  @Test
  void noBytesBreakTheReader() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 50_000; round++) {
      byte[] bytes = mutated(SEEDS.get(random.nextInt(SEEDS.size())).getBytes(UTF_8), random);
      try {
        check(bytes);
      } catch (MalformedEnvelope refused) {
        assertThat(refused.getMessage()).isNotBlank();
      } catch (RuntimeException | AssertionError broken) {
        throw new AssertionError(
            "seed " + seed + ", round " + round + ": " + new String(bytes, UTF_8), broken);
      }
    }
  }

  private static void check(byte[] bytes) {
    Envelope envelope = Envelope.parse(bytes);
    JsonNode tree = Json.MAPPER.readTree(bytes);
    assertThat(tree.get("type").stringValue()).isEqualTo(envelope.type());
    if (envelope.data() != null) {
      assertThat(Json.MAPPER.readTree(envelope.data())).isEqualTo(tree.get("data"));
    }
    if (envelope.control() != null) {
      assertThat(Control.of(envelope)).isNotNull();
    }
  }

  private static byte[] mutated(byte[] seed, Random random) {
    byte[] bytes = seed;
    for (int edits = random.nextInt(4); edits >= 0; edits--) {
      int at = random.nextInt(bytes.length + 1);
      byte letter = ALPHABET[random.nextInt(ALPHABET.length)];
      switch (random.nextInt(4)) {
        case 0 ->
            bytes =
                joined(
                    Arrays.copyOf(bytes, at),
                    new byte[] {letter},
                    Arrays.copyOfRange(bytes, at, bytes.length));
        case 1 ->
            bytes =
                joined(
                    Arrays.copyOf(bytes, at),
                    Arrays.copyOfRange(
                        bytes, Math.min(bytes.length, at + 1 + random.nextInt(4)), bytes.length));
        case 2 -> {
          bytes = bytes.clone();
          if (at < bytes.length) {
            bytes[at] = letter;
          }
        }
        default -> bytes = joined(bytes, Arrays.copyOfRange(bytes, at, bytes.length));
      }
    }
    return bytes;
  }

  private static byte[] joined(byte[]... parts) {
    java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
