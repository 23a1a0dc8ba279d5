package dev.switchboard.types;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What is generated from {@link Shop}, as files that the TypeScript client's tests use. With {@code
 * -Drenew} they are written again.
 */
@Tag("D10")
class GoldenTest {
  private static final Path FILES = Path.of("../js/test/shop");

  private final Types shop = Types.of(Shop.class);

  @Test
  void theModuleOfTypeScript() throws IOException {
    same("shop.ts", shop.typescript());
  }

  @Test
  void theAsyncApiDocument() throws IOException {
    same("shop.yaml", shop.asyncApi());
  }

  @Test
  void theJsonSchema() throws IOException {
    same("shop.schema.json", shop.jsonSchema());
  }

  private static void same(String file, String generated) throws IOException {
    if (System.getProperty("renew") != null) {
      Files.createDirectories(FILES);
      Files.writeString(FILES.resolve(file), generated);
    }
    assertThat(generated).isEqualTo(Files.readString(FILES.resolve(file)));
  }
}
