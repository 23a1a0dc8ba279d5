package dev.switchboard.client.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.transport.HandshakeException;
import dev.switchboard.transport.Headers;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class HandshakesTest {
  @Test
  @Tag("A8")
  void retryAfterIsSecondsOrADate() {
    String date =
        DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC).plusHours(1));
    for (String value : List.of("3600", date)) {
      Headers headers = Headers.EMPTY.with("Retry-After", value);
      HandshakeException busy =
          new HandshakeException(HandshakeException.Kind.STATUS, "busy", 503, headers, "", null);
      assertThat(Handshakes.explain("ws://x", busy).retryAfter()).isBetween(3_590_000L, 3_600_000L);
    }
    HandshakeException vague =
        new HandshakeException(
            HandshakeException.Kind.STATUS,
            "busy",
            503,
            Headers.EMPTY.with("Retry-After", "soon"),
            "",
            null);
    assertThat(Handshakes.explain("ws://x", vague).retryAfter()).isEqualTo(-1);
  }
}
