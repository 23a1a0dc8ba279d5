package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.protocol.Protocol;
import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.AuthenticationException;
import dev.switchboard.spi.Credentials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.StringNode;

/**
 * Replays {@code spec/transcripts} against a real server, typed by hand with the JDK's WebSocket
 * client.
 */
class TranscriptTest {
  private static final Path FOLDER = Path.of("../spec/transcripts");
  private static final Pattern LINE = Pattern.compile("(?:(\\w+)([><!=]?) )?(.*)");
  private static final Pattern TIME = Pattern.compile("\\+(\\d+)(ms|s|m)");

  private static final Pattern TOKEN = Pattern.compile("(\\w+)-(\\d+)([sh])-\\w+");

  private final ManualClock clock = new ManualClock();
  private final Server server =
      Server.builder()
          .port(0)
          .clock(clock)
          .endpoint("/ws", Talk.endpoint().encrypted("vault"))
          .endpoint("/typed", Talk.endpoint(Protocol.of(Talk.class).withHash("f00d")))
          .endpoint("/tokens", Talk.endpoint(this::prove).encrypted("vault"))
          .start();
  private String path = "/ws";
  private final Map<String, Wire> wires = new HashMap<>();
  private final Map<String, JsonNode> bound = new HashMap<>();

  static Stream<Path> transcripts() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files
          .filter(file -> file.toString().endsWith(".txt"))
          .sorted()
          .filter(TranscriptTest::forServers)
          .toList()
          .stream();
    }
  }

  private static boolean forServers(Path file) {
    try {
      List<String> lines = Files.readAllLines(file);
      boolean silence =
          lines.contains("ann< ping"); // the transport's heartbeat, tested there in virtual time
      return !lines.get(0).contains("only clients replay")
          && !silence
          && (withTokens(lines) || lines.stream().noneMatch(line -> line.startsWith("ann< close")));
    } catch (IOException unreadable) {
      throw new IllegalStateException(unreadable);
    }
  }

  private static boolean withTokens(List<String> lines) {
    return lines.stream().anyMatch(line -> line.matches("ann! (token|code) .*"));
  }

  /** As {@code ann-1h-a}: whose it is, and for how long. */
  private AuthenticatedUser prove(Credentials shown) throws AuthenticationException {
    Matcher token = TOKEN.matcher(shown.value());
    if (!token.matches()) {
      throw AuthenticationException.refused("token: not one of these transcripts");
    }
    Duration unit = token.group(3).equals("s") ? Duration.ofSeconds(1) : Duration.ofHours(1);
    Duration life = unit.multipliedBy(Long.parseLong(token.group(2)));
    return AuthenticatedUser.of(token.group(1)).until(clock.instant().plus(life));
  }

  @AfterEach
  void stop() {
    wires.values().forEach(Wire::close);
    server.close();
  }

  @ParameterizedTest
  @MethodSource("transcripts")
  void theServerSaysWhatIsWritten(Path file) throws IOException {
    int number = 0;
    List<String> lines = Files.readAllLines(file);
    boolean typed = lines.stream().anyMatch(line -> line.startsWith("ann! protocol "));
    path = withTokens(lines) ? "/tokens" : typed ? "/typed" : "/ws";
    for (String line : lines) {
      number++;
      if (!line.isBlank() && !line.startsWith("#")) {
        try {
          play(line);
        } catch (Throwable wrong) {
          throw new AssertionError(
              file.getFileName() + ":" + number + ": " + line + "\n" + wrong.getMessage(), wrong);
        }
      }
    }
    wires.values().forEach(Wire::hearsNothing);
  }

  private void play(String line) {
    Matcher time = TIME.matcher(line);
    if (time.matches()) {
      long amount = Long.parseLong(time.group(1));
      clock.advance(
          switch (time.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            default -> Duration.ofMinutes(amount);
          });
      return;
    }
    Matcher parts = LINE.matcher(line);
    assertThat(parts.matches()).as("a line of a transcript").isTrue();
    String who = parts.group(1);
    String rest = parts.group(3);
    switch (parts.group(2)) {
      case ">" -> said(who, rest);
      case "<" -> told(who, rest);
      case "!", "=" -> {}
      default -> {
        if (rest.equals("open")) {
          wires.put(who, Wire.open(server.port(), path + "?user=" + who));
        } else {
          assertThat(rest).isEqualTo("lost");
          wire(who).lose();
          wires.remove(who);
        }
      }
    }
  }

  private Wire wire(String who) {
    return Objects.requireNonNull(wires.get(who), who);
  }

  private void told(String who, String what) {
    if (what.startsWith("close ")) {
      assertThat(wire(who).closeCode()).isEqualTo(Integer.parseInt(what.split(" ", 3)[1]));
      wires.remove(who);
    } else {
      JsonNode expected = Wire.JSON.readTree(what);
      match(wire(who).next(came -> listsUsers(came) == listsUsers(expected)), expected, "");
    }
  }

  /** Whether nothing is said about its order with what comes from logs, where threads write. */
  private static boolean listsUsers(JsonNode message) {
    return message.path("type").stringValue("").equals("user_list");
  }

  private void said(String who, String what) {
    if (what.startsWith("close ")) {
      wire(who).close(Integer.parseInt(what.substring(6)));
      wires.remove(who);
    } else {
      wire(who)
          .sayUnlessClosed(
              what.startsWith("{") ? filled(Wire.JSON.readTree(what)).toString() : what);
    }
  }

  /** What a client makes up ({@code "$m"}) is made up here. */
  private JsonNode filled(JsonNode node) {
    if (node.isString() && node.stringValue().startsWith("$")) {
      return bound.computeIfAbsent(
          node.stringValue(), name -> StringNode.valueOf("made-up-" + name.substring(1)));
    }
    if (node.isObject()) {
      tools.jackson.databind.node.ObjectNode copy = Wire.JSON.createObjectNode();
      node.properties()
          .forEach(property -> copy.set(property.getKey(), filled(property.getValue())));
      return copy;
    }
    if (node.isArray()) {
      tools.jackson.databind.node.ArrayNode copy = Wire.JSON.createArrayNode();
      node.forEach(one -> copy.add(filled(one)));
      return copy;
    }
    return node;
  }

  private void match(JsonNode actual, JsonNode expected, String path) {
    if (expected.isString() && expected.stringValue().equals("…")) {
      return;
    }
    if (expected.isString() && expected.stringValue().startsWith("$")) {
      assertThat(actual)
          .as("%s, bound as %s", path, expected)
          .isEqualTo(bound.computeIfAbsent(expected.stringValue(), name -> actual));
      return;
    }
    assertThat(actual.getNodeType()).as("%s of %s", path, actual).isEqualTo(expected.getNodeType());
    if (expected.isObject()) {
      assertThat(actual.propertyNames())
          .as("keys of %s", actual)
          .containsExactlyInAnyOrderElementsOf(expected.propertyNames());
      expected
          .properties()
          .forEach(property ->
              match(
                  actual.get(property.getKey()),
                  property.getValue(),
                  path + "." + property.getKey()));
    } else if (expected.isArray()) {
      assertThat(actual.size()).as("length of %s", path).isEqualTo(expected.size());
      for (int i = 0; i < expected.size(); i++) {
        match(actual.get(i), expected.get(i), path + "[" + i + "]");
      }
    } else {
      assertThat(actual).as(path).isEqualTo(expected);
    }
  }
}
