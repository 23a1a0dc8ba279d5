package dev.switchboard.protocol.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.protocol.Payload;
import dev.switchboard.protocol.wire.Envelope.MalformedEnvelope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** {@code spec/cbor-vectors.txt}, which every implementation replays. */
@Tag("D9")
@DisplayName("D9: JSON and CBOR say the same, and what says something else is refused")
class CborVectorsTest {
  private static final Encoding CBOR = new CborEncoding(new BinaryPlaces.OfTypes(Map.of()));

  private record Vector(char kind, String title, String text, byte[] cbor) {}

  @TestFactory
  Stream<DynamicTest> vectors() throws IOException {
    String all = Files.readString(Path.of("..", "spec", "cbor-vectors.txt"));
    return Arrays.stream(all.split("\n\n", -1))
        .map(block -> block.lines().filter(line -> !line.startsWith("#")).toList())
        .filter(lines -> !lines.isEmpty())
        .map(CborVectorsTest::vector)
        .map(vector ->
            DynamicTest.dynamicTest(vector.kind + " " + vector.title, () -> check(vector)));
  }

  private static Vector vector(List<String> lines) {
    String hex = String.join("", lines.subList(2, lines.size())).replace(" ", "");
    return new Vector(
        lines.get(0).charAt(0),
        lines.get(0).substring(2),
        lines.get(1),
        HexFormat.of().parseHex(hex));
  }

  private static void check(Vector vector) {
    byte[] json = vector.text.getBytes(UTF_8);
    if (vector.kind == '!') {
      assertThatThrownBy(() -> CBOR.read(vector.cbor))
          .isInstanceOf(MalformedEnvelope.class)
          .hasMessageContaining(vector.text);
      return;
    }
    CborCheck.check(vector.cbor);
    if (vector.kind != '<') {
      assertThat(HexFormat.of().formatHex(CborFromJson.turn(json, BinaryPlaces.NONE)))
          .isEqualTo(HexFormat.of().formatHex(vector.cbor));
    }
    if (vector.kind != '>') {
      assertThat(new String(Payload.cbor(vector.cbor).json(), UTF_8)).isEqualTo(vector.text);
    }
  }
}
