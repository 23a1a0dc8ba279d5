package dev.switchboard.protocol.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.protocol.Payload;
import dev.switchboard.protocol.Protocol;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The size of a message is that in the encoding that makes most of it. */
@Tag("D9")
class EncodingsTest {
  sealed interface Talk {
    record Said(String message, byte[] bytes) implements Talk {}
  }

  private static final Encodings BOTH = Encodings.of(Protocol.of(Talk.class));
  private static final List<String> JSON =
      List.of(
          "\"\\u0001\\u0001\\u0001\"",
          "\"plain e5 v1.2\"",
          "\"\"",
          "\"\uD83D\uDE00\u00e9\"",
          "1e1",
          "0.5",
          "1.10000000000000000001",
          "1e400",
          "12",
          "-1",
          "4294967296",
          "123456789012345678901234567890",
          "true",
          "null",
          "{}",
          "[]",
          "{\"e1\":1.5}",
          "[[1.5,2.5],[0e0]]");

  private static final List<String> CBOR =
      List.of(
          "f98001",
          "f90001",
          "f4",
          "f6",
          "f5",
          "20",
          "17",
          "60",
          "6101",
          "a0",
          "40",
          "80",
          "c4821a0001869f01",
          "c4823a0001869e20",
          "c241ff",
          "fb3ff0000000000001",
          "fa00000001",
          "a1610101",
          "811801");

  private static int exact(Payload data) {
    return BOTH.all().stream().mapToInt(one -> one.dataBytes("said", data)).max().orElseThrow();
  }

  /** For bounds all around: nothing that passes one is let through. */
  private static void check(java.util.function.Supplier<Payload> made) {
    int exact = exact(made.get());
    int came = made.get().bytes().length;
    for (int most : List.of(0, came - 1, came, exact - 1, exact, exact + 1, 3 * exact, 9 * exact)) {
      int size = BOTH.largest("said", made.get(), most);
      assertThat(size <= most).as("%d of %d, %s", exact, most, made.get()).isEqualTo(exact <= most);
      assertThat(size).isIn(came, exact);
    }
  }

  @Test
  void noEncodingOfWhatIsWithinABoundPassesIt() {
    for (String one : JSON) {
      for (int times : List.of(1, 2, 100, 5_000)) {
        String all = IntStream.range(0, times).mapToObj(i -> one).collect(Collectors.joining(","));
        check(() -> Payload.of(("{\"message\":[" + all + "]}").getBytes(UTF_8)));
      }
    }
    for (String one : CBOR) {
      for (int times : List.of(1, 100, 5_000)) {
        String head = "a1676d657373616765" + "99%04x".formatted(times);
        byte[] cbor = HexFormat.of().parseHex(head + one.repeat(times));
        check(() -> Payload.cbor(cbor));
      }
    }
  }

  @Test
  void whateverIsMixed() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 500; i++) {
      String all =
          random
              .ints(1 + random.nextInt(60), 0, JSON.size())
              .mapToObj(JSON::get)
              .collect(Collectors.joining(random.nextBoolean() ? "," : " , "));
      check(() -> Payload.of(("{\"message\":[" + all + "]}").getBytes(UTF_8)));
    }
  }

  @Test
  void aLongTextHasALongerHeadInCbor() {
    for (int length : List.of(23, 24, 255, 256, 65_535, 65_536, 200_000)) {
      check(() -> Payload.of(("{\"message\":\"" + "x".repeat(length) + "\"}").getBytes(UTF_8)));
    }
  }
}
