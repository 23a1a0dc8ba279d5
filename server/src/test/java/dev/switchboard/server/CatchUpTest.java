package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.server.delivery.CatchUp;
import dev.switchboard.spi.Retention;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Many who are behind share what may be on its way to them. */
@Tag("B10")
class CatchUpTest {
  private static final int READERS = 100;
  private static final int MESSAGES = 40;
  private static final int MIB = 1 << 20;

  /** The bound, and for each what it may have all the same, and a message beyond it. */
  private static final long MOST = 8 * MIB + READERS * (CatchUp.PIECE + 128L * 1024);

  @Test
  void manyWhoAreBehindAreGivenABoundedAmountAtATimeAndEverythingInTheEnd() throws IOException {
    Endpoint<Talk> endpoint =
        Talk.endpoint()
            .maxPendingBytes(4 * MIB)
            .retention(new Retention(MESSAGES, Duration.ofHours(1)));
    endpoint.maxCatchUpBytes(8 * MIB);
    List<Lazy> readers = new ArrayList<>();
    try (Server server = Server.builder().port(0).endpoint("/ws", endpoint).start()) {
      for (int i = 0; i < MESSAGES; i++) {
        endpoint.room("r").publish(new Talk.Said("x".repeat(120_000) + i));
      }
      for (int i = 0; i < READERS; i++) { // each wants 4.8 MB and has room for 2
        Lazy reader = new Lazy(server.port());
        readers.add(reader);
        reader.say("{\"type\":\"join_room\",\"room\":\"r\",\"id\":1,\"since\":{\"seq\":0}}");
      }
      CatchUp all = endpoint.hub().topics().catchUp();
      long most = 0;
      for (Lazy reader : readers) {
        reader.next("room_joined");
        most = Math.max(most, all.bytes());
      }
      for (int i = 0; i < MESSAGES; i++) {
        for (Lazy reader : readers) {
          assertThat(reader.next("chat").get("seq").intValue()).isEqualTo(i + 1);
          most = Math.max(most, all.bytes());
        }
      }
      assertThat(most).isBetween(1L, MOST);
      Awaitility.await().until(() -> all.bytes() == 0);
      endpoint.room("r").publish(new Talk.Said("live"));
      for (Lazy reader : readers) {
        assertThat(reader.next("chat").get("seq").intValue()).isEqualTo(MESSAGES + 1);
        reader.close();
      }
    } finally {
      for (Lazy reader : readers) {
        reader.close();
      }
    }
  }
}
