package dev.switchboard.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("D12")
class TestingPageTest {
  private static final Path EXAMPLE =
      Path.of("src", "test", "java", "dev", "switchboard", "testkit", "GreetingTest.java");

  @Test
  void theExampleOnThePageIsTheTestThatRuns() throws IOException {
    String test = Files.readString(EXAMPLE);
    assertThat(Files.readString(Path.of("..", "docs", "testing.md")))
        .contains("```java\n" + test.substring(test.indexOf("import ")) + "```");
  }
}
