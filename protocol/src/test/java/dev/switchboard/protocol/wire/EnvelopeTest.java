package dev.switchboard.protocol.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.Entry;
import dev.switchboard.protocol.Limits;
import dev.switchboard.protocol.Payload;
import dev.switchboard.protocol.wire.Envelope.MalformedEnvelope;
import java.nio.charset.Charset;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnvelopeTest {
  private static Envelope parse(String json) {
    return Envelope.parse(json.getBytes(UTF_8));
  }

  @Test
  void everyKeyIsRead() {
    Envelope envelope =
        parse(
            "{\"data\":{\"a\":[1, 2]} ,\"type\":\"chat\",\"id\":7,\"messageId\":\"m\",\"room\":\"général\",\"fleeting\":true,\"echo\":false,\"x\":{}}");
    assertThat(envelope.type()).isEqualTo("chat");
    assertThat(envelope.id()).isEqualTo(Id.of(7));
    assertThat(envelope.messageId()).isEqualTo("m");
    assertThat(envelope.addresses()).containsExactly(Address.room("général"));
    assertThat(envelope.fleeting()).isTrue();
    assertThat(envelope.echo()).isFalse();
    assertThat(new String(envelope.data(), UTF_8)).isEqualTo("{\"a\":[1, 2]}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "[1,[2,{\"a\":null}]]",
        "\"\"",
        "\"a\\\"b\\u00e9 é 😀\"",
        "0",
        "-12.5e+3",
        "true",
        "false",
        "null",
        "{\"a\":{\"b\":\"}\"}}",
        " 1 ",
        "\t\"x\"\n"
      })
  void dataIsCutOutAsItStands(String data) {
    for (String shape :
        new String[] {
          "{\"type\":\"t\",\"data\":%s}",
          "{\"data\":%s,\"type\":\"t\"}",
          "{ \"é\":\"😀\", \"data\" : %s , \"type\":\"t\" }"
        }) {
      assertThat(new String(parse(shape.formatted(data)).data(), UTF_8)).isEqualTo(data.strip());
    }
  }

  @Test
  void aBoundThatIsPassedIsNamed() {
    assertThatThrownBy(() ->
            parse("{\"type\":\"t\",\"id\":7,\"data\":" + "[".repeat(200) + "]".repeat(200) + "}"))
        .isInstanceOfSatisfying(
            MalformedEnvelope.class, malformed -> assertThat(malformed.id()).isEqualTo(Id.of(7)))
        .hasMessage("message: nested too deeply (expected: at most 100 levels)");
    assertThatThrownBy(() -> parse("{\"type\":\"t\",\"data\":" + "1".repeat(1_001) + "}"))
        .hasMessage("message: number too long (expected: at most 1000 characters)");
    assertThatThrownBy(() -> parse("{\"" + "k".repeat(50_001) + "\":1}"))
        .hasMessage("message: key or text too long (expected: keys of at most 50000 characters)");
  }

  @Test
  void anIdGoesBackAsItCame() {
    assertThat(parse("{\"type\":\"t\",\"id\":\"a\\\"\\u00e9\\n\"}").id())
        .isEqualTo(Id.of("a\"é\n"));
    assertThat(parse("{\"type\":\"t\",\"id\":9007199254740991}").id())
        .isEqualTo(Id.of(9007199254740991L));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "hello",
        "[]",
        "1",
        "null",
        "\"type\"",
        "{",
        "{\"type\":\"t\"",
        "{\"type\":\"t\"}x",
        "{\"type\":\"t\"}{}",
        "{'type':'t'}",
        "{\"type\":\"t\",}",
        "{\"type\":\"t\",\"data\":{]}}",
        "{\"type\":\"t\",\"data\":01}",
        "{}",
        "{\"type\":1}",
        "{\"type\":\"\"}",
        "{\"type\":\"Chat\"}",
        "{\"type\":\"1a\"}",
        "{\"type\":\"t\",\"type\":\"t\"}",
        "{\"type\":\"t\",\"data\":1,\"data\":2}",
        "{\"type\":\"t\",\"room\":\"a\",\"user\":\"b\"}",
        "{\"type\":\"t\",\"rooms\":[]}",
        "{\"type\":\"t\",\"rooms\":[\"a\",\"a\"]}",
        "{\"type\":\"t\",\"rooms\":\"a\"}",
        "{\"type\":\"t\",\"room\":\"\"}",
        "{\"type\":\"t\",\"room\":5}",
        "{\"type\":\"t\",\"everyone\":1}",
        "{\"type\":\"t\",\"messageId\":\"\"}",
        "{\"type\":\"t\",\"messageId\":\"a\\u0000b\"}",
        "{\"type\":\"t\",\"messageId\":\"\\u009f\"}",
        "{\"type\":\"t\",\"messageId\":\"\\ud83d\"}",
        "{\"type\":\"t\",\"messageId\":\"\\ude00\\ud83d\"}",
        "{\"type\":\"t\",\"messageId\":\"12345678901234567890123456789012345678901234567890123456789012345\"}",
        "{\"type\":\"t\",\"echo\":\"no\"}"
      })
  void whatIsNoEnvelopeIsRefused(String json) {
    assertThatThrownBy(() -> parse(json)).isInstanceOf(MalformedEnvelope.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16BE", "UTF-16LE", "UTF-32BE", "UTF-32LE"})
  void anotherEncodingIsNotGuessedEvenIfItsZerosAreUtf8(String encoding) {
    byte[] json = "{\"type\":\"t\",\"data\":1}".getBytes(Charset.forName(encoding));
    assertThatThrownBy(() -> Envelope.parse(json)).isInstanceOf(MalformedEnvelope.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-1",
        "1.5",
        "9007199254740992",
        "99999999999999999999999",
        "true",
        "{}",
        "\"\"",
        "null"
      })
  void anIdIsASmallIntegerOrAShortText(String id) {
    assertThatThrownBy(() -> parse("{\"type\":\"t\",\"id\":" + id + "}"))
        .isInstanceOf(MalformedEnvelope.class)
        .hasMessageContaining("id");
  }

  @Test
  void aWrongKeyIsAnsweredWithTheIdEvenIfThatComesLater() {
    assertThatThrownBy(() -> parse("{\"type\":\"t\",\"room\":5,\"id\":3}"))
        .isInstanceOfSatisfying(
            MalformedEnvelope.class, malformed -> assertThat(malformed.id()).isEqualTo(Id.of(3)));
  }

  @Test
  void whatOnlyTheServerSetsIsNotChecked() {
    assertThat(parse("{\"type\":\"t\",\"seq\":\"x\",\"from\":[1],\"timestamp\":{}}").seq())
        .isZero();
  }

  @Test
  void deepNestingEndsAtTheLimit() {
    assertThatThrownBy(
            () -> parse("{\"type\":\"t\",\"data\":" + "[".repeat(5_000) + "]".repeat(5_000) + "}"))
        .isInstanceOf(MalformedEnvelope.class);
  }

  @Test
  void anEntryIsWrittenAndReadBack() {
    byte[] data = "{\"text\":\"é\"}".getBytes(UTF_8);
    for (Address address :
        new Address[] {Address.room("a\"b"), Address.user("王"), Address.EVERYONE}) {
      Envelope back =
          Envelope.parse(
              Encoding.JSON.write(
                  ServerMessages.entry(new Entry(address, 42, "chat", "ann", 5, "m1", data))));
      assertThat(back.addresses()).containsExactly(address);
      assertThat(back.seq()).isEqualTo(42);
      assertThat(back.from()).isEqualTo("ann");
      assertThat(back.timestamp()).isEqualTo(5);
      assertThat(back.messageId()).isEqualTo("m1");
      assertThat(back.data()).isEqualTo(data);
    }
    assertThat(
            new String(
                Encoding.JSON.write(
                    ServerMessages.entry(
                        new Entry(Address.EVERYONE, 0, "t", null, 5, null, (Payload) null))),
                UTF_8))
        .isEqualTo("{\"type\":\"t\",\"everyone\":true,\"fleeting\":true,\"timestamp\":5}");
  }

  @Test
  void aResumeNamesAllLogsThatASessionCanHave() {
    int most = Limits.MAX_ROOMS + 2; // and the inbox, and everyone
    assertThat(Control.of(parse(resume(most))))
        .isInstanceOfSatisfying(
            Control.Resume.class, resume -> assertThat(resume.places()).hasSize(most));
    assertThatThrownBy(() -> Control.of(parse(resume(most + 1))))
        .isInstanceOf(MalformedEnvelope.class)
        .hasMessageContaining("logs: ");
  }

  private static String resume(int logs) {
    return IntStream.range(0, logs)
        .mapToObj(i -> "{\"room\":\"r" + i + "\",\"seq\":1}")
        .collect(
            Collectors.joining(
                ",", "{\"type\":\"resume\",\"session\":\"s\",\"secret\":\"x\",\"logs\":[", "]}"));
  }
}
