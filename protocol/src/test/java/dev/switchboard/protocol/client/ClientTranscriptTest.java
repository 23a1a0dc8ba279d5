package dev.switchboard.protocol.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.protocol.wire.Transcript;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What {@code spec/transcripts} says, the client's state machine does. */
@Tag("A8")
@Tag("A12")
class ClientTranscriptTest {
  private static final Path TRANSCRIPTS = Path.of("..", "spec", "transcripts");

  @TestFactory
  List<DynamicTest> everyClientOfEveryTranscript() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (Path file : files()) {
      Transcript transcript = Transcript.parse(Files.readString(file));
      transcript.lines().stream()
          .filter(line -> line.kind() == Transcript.Kind.CALL)
          .map(Transcript.Line::who)
          .distinct()
          .map(who ->
              DynamicTest.dynamicTest(
                  file.getFileName() + " as " + who + ": " + transcript.title(),
                  () -> role(transcript, who).replay(transcript)))
          .forEach(tests::add);
    }
    return tests;
  }

  private static ClientRole role(Transcript transcript, String who) {
    List<String> calls =
        transcript.lines().stream()
            .filter(line -> line.kind() == Transcript.Kind.CALL && line.who().equals(who))
            .map(Transcript.Line::text)
            .toList();
    String protocol =
        calls.stream()
            .filter(call -> call.startsWith("protocol "))
            .map(call -> call.substring(9))
            .findFirst()
            .orElse(null);
    return new ClientRole(who, tokens(calls), protocol);
  }

  private static Tokens tokens(List<String> calls) {
    if (calls.stream().anyMatch(call -> call.startsWith("code "))) {
      return Tokens.CODE_IN_MESSAGE;
    }
    return calls.stream().anyMatch(call -> call.startsWith("token "))
        ? Tokens.IN_MESSAGE
        : Tokens.NONE;
  }

  @Test
  void thereAreTranscripts() throws IOException {
    assertThat(files()).hasSizeGreaterThanOrEqualTo(8);
  }

  private static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(TRANSCRIPTS)) {
      return files.filter(file -> file.toString().endsWith(".txt")).sorted().toList();
    }
  }
}
