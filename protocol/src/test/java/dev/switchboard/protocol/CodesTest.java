package dev.switchboard.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

@Tag("A7")
class CodesTest {
  private final JsonNode spec =
      new ObjectMapper().readTree(Path.of("../spec/protocol.json").toFile());

  @Test
  void closeCodesAreThoseOfTheSpec() {
    assertThat(spec.get("closeCodes").size()).isEqualTo(CloseCode.values().length);
    for (JsonNode one : spec.get("closeCodes")) {
      CloseCode code = CloseCode.of(one.get("code").intValue()).orElseThrow();
      assertThat(code.name()).isEqualTo(one.get("name").stringValue());
      assertThat(code.comesBack())
          .as(code.name())
          .isEqualTo(one.get("then").stringValue().equals("reconnect"));
      assertThat(code.sendable()).as(code.name()).isEqualTo(one.get("sendable").booleanValue());
    }
  }

  @Test
  void aRefusalSaysItsCodeWhereverItIsPrinted() {
    assertThat(new RefusedException(ErrorCode.NOT_A_MEMBER, "join it"))
        .hasToString("dev.switchboard.protocol.RefusedException: not_a_member: join it");
  }

  @Test
  void errorCodesAreThoseOfTheSpec() {
    assertThat(spec.get("errorCodes").size()).isEqualTo(ErrorCode.values().length);
    for (JsonNode one : spec.get("errorCodes")) {
      ErrorCode code = ErrorCode.of(one.get("code").stringValue()).orElseThrow();
      assertThat(code.retryable()).as(code.wire()).isEqualTo(one.get("retryable").booleanValue());
    }
  }

  @Test
  void unknownApplicationCodesFollowTheirRange() {
    assertThat(CloseCode.comesBack(4123)).isTrue();
    assertThat(CloseCode.comesBack(4600)).isFalse();
    assertThat(CloseCode.comesBack(3000)).isFalse();
  }

  @Test
  void reservedCodesCannotBeSent() {
    for (int code : new int[] {0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000}) {
      assertThatThrownBy(() -> CloseCode.requireSendable(code))
          .hasMessageContaining("code: " + code);
    }
    for (int code : new int[] {1000, 1014, 3000, 4999}) {
      assertThat(CloseCode.requireSendable(code)).isEqualTo(code);
    }
  }
}
