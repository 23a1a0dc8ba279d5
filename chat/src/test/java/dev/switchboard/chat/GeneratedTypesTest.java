package dev.switchboard.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.types.TypeFiles;
import dev.switchboard.types.Types;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("D10")
class GeneratedTypesTest {
  private static final TypeFiles FILES =
      new TypeFiles(
          Path.of("src/main/web/src/chat.ts"),
          Path.of("../docs/chat.asyncapi.yaml"),
          Path.of("src/main/web/chat.schema.json"));

  /** With {@code -Drenew} they are written again. */
  @Test
  void thePagesTypesAreThoseOfTheRecords() throws IOException {
    Types types = Types.of(Chat.class);
    if (System.getProperty("renew") != null) {
      FILES.write(types);
    }
    assertThat(FILES.stale(types)).isEmpty();
    assertThat(Chat.PROTOCOL.hash()).isEqualTo(types.hash());
  }
}
