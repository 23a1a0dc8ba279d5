package dev.switchboard.protocol.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.switchboard.protocol.format.Cbor;
import dev.switchboard.protocol.server.ServerConversation;
import dev.switchboard.protocol.server.ServerFuzzTest;
import dev.switchboard.protocol.wire.Envelope.MalformedEnvelope;
import java.math.BigDecimal;
import java.util.Comparator;
import org.junit.jupiter.api.Tag;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A server's conversation with a client that sends any bytes as CBOR. */
@Tag("D9")
@Tag("B4")
class CborFuzzTest {
  private static final Encoding CBOR = Encoding.cbor(ServerFuzzTest.PROTOCOL);
  private static final JsonMapper EXACT =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  /** Numbers are equal by value, all else as it stands. */
  private static final Comparator<JsonNode> BY_VALUE =
      (a, b) -> a.isNumber() && b.isNumber() ? number(a).compareTo(number(b)) : a.equals(b) ? 0 : 1;

  private static BigDecimal number(JsonNode node) {
    return node.decimalValue();
  }

  @FuzzTest(maxDuration = "3m")
  void whateverIsSaidIsTakenOrAnsweredAndMeansTheSameInJson(byte[] said) {
    ServerFuzzTest.Heard heard = new ServerFuzzTest.Heard(CBOR);
    new ServerConversation(ServerFuzzTest.PROTOCOL, CBOR, ServerFuzzTest.ENCRYPTED, heard)
        .received(said);
    assertThat(heard.count).isBetween(0, 1);
    heard.answers.forEach(answer -> assertThat(CBOR.read(answer).type()).isIn("error", "pong"));
    try {
      agrees(said, CBOR.read(said));
    } catch (MalformedEnvelope refused) {
      assertThat(refused.getMessage()).isNotBlank();
      assertThat(heard.answers).as("what is no envelope is answered").hasSize(1);
    }
  }

  private static void agrees(byte[] cbor, Envelope envelope) {
    byte[] json = Cbor.toJson(cbor);
    assertThat(new String(json, UTF_8).getBytes(UTF_8)).isEqualTo(json);
    Envelope same = Encoding.JSON.read(json);
    assertThat(same.type()).isEqualTo(envelope.type());
    assertThat(same.id()).isEqualTo(envelope.id());
    assertThat(same.messageId()).isEqualTo(envelope.messageId());
    assertThat(same.addresses()).isEqualTo(envelope.addresses());
    byte[] again = CborFromJson.turn(json, BinaryPlaces.NONE);
    CborCheck.check(again);
    byte[] back = Cbor.toJson(again);
    assertThat(EXACT.readTree(back).equals(BY_VALUE, EXACT.readTree(json)))
        .as("%s and %s", new String(json, UTF_8), new String(back, UTF_8))
        .isTrue();
    assertThat(Cbor.toJson(CborFromJson.turn(back, BinaryPlaces.NONE))).isEqualTo(back);
  }
}
