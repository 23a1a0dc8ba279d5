package dev.switchboard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Other people's clients, typing the protocol by hand. The JDK's own is what the server's own tests
 * use.
 */
@Tag("slow")
class ForeignClientsTest {
  @TempDir private Path data;

  @Test
  void npmWsTypesTheExchangeOfTheProtocolPage() {
    try (Program server = Program.switchboard("serve", "--port", "0", "--data", data.toString());
        Program node =
            Program.of(
                "node",
                "src/test/node/typed-by-hand.mjs",
                "ws://127.0.0.1:" + server.port() + "/ws")) {
      assertThat(node.ends()).as("%s %s", node.out(), node.err()).isZero();
      assertThat(node.out()).contains("done");
    }
  }
}
