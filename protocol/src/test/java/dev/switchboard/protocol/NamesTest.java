package dev.switchboard.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
  @ParameterizedTest
  @ValueSource(strings = {"general", "a", "王小明", "Zoë", "room/1:2 #3", "..", "😀", "a\"b"})
  void anyTextIsAName(String name) {
    assertThat(Names.valid(name)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a\nb",
        "\u0000",
        "\u007f",
        "\u0085",
        "a\u202eb",
        "\u2066",
        "\u200f",
        "Zoe\u0308",
        "\ud800",
        "a\udc00"
      })
  void controlAndBidirectionalCharactersAndOtherFormsAreNot(String name) {
    assertThat(Names.valid(name)).isFalse();
  }

  @Test
  void theBoundIs128BytesOfUtf8() {
    assertThat(Names.valid("a".repeat(128))).isTrue();
    assertThat(Names.valid("a".repeat(129))).isFalse();
    assertThat(Names.valid("é".repeat(64))).isTrue();
    assertThat(Names.valid("é".repeat(65))).isFalse();
  }

  @Test
  void aRefusalDoesNotRepeatWhatCouldNotBePrinted() {
    assertThatThrownBy(() -> Address.room("a\u001b[31mb"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("room: \"a?[31mb\"");
  }
}
