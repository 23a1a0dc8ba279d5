package dev.switchboard.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.chat.Chat;
import dev.switchboard.chat.ChatClient;
import dev.switchboard.client.Room;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.StringNode;

@Tag("slow")
@Tag("D11")
class CommandLineTest {
  @TempDir private Path data;

  private Program serve(String... more) {
    String[] all = new String[more.length + 3];
    all[0] = "serve";
    all[1] = "--data";
    all[2] = data.toString();
    System.arraycopy(more, 0, all, 3, more.length);
    return Program.switchboard(all);
  }

  private static void fails(Program program, int code, String... parts) {
    try (program) {
      assertThat(program.ends()).isEqualTo(code);
      assertThat(program.out()).isEmpty();
      assertThat(program.err()).as("one clear line").hasSize(1);
      assertThat(program.err().get(0)).startsWith("switchboard: ").contains(parts);
    }
  }

  @Test
  void servePrintsOneLineAndEndsCleanlyOnSigterm() {
    try (Program server = serve("--port", "0")) {
      assertThat(server.port()).isPositive();
      server.terminate();
      assertThat(server.ends()).isZero();
      assertThat(server.out()).hasSize(1);
      assertThat(server.err()).isEmpty();
    }
  }

  @Test
  void aStartLeavesNothingInTheTemporaryFolderHoweverItEnds(@TempDir Path temporary) {
    String[] command = {"serve", "--port", "0", "--data", data.toString()};
    try (Program first = Program.switchboard(temporary, command)) {
      first.port();
      first.terminate();
      first.ends();
    }
    try (Program second = Program.switchboard(temporary, command)) {
      second.port();
      second.kill();
    }
    assertThat(temporary).isEmptyDirectory();
  }

  @Test
  void aDatabaseThatIsNoneOrDoesNotAnswerIsSaidWithoutItsPassword() {
    fails(
        serve("--port", "0", "--database", "mysql://ann:hunter2@localhost/chat"),
        1,
        "url: not for PostgreSQL (expected: jdbc:postgresql://…)");
    Program refused =
        serve("--port", "0", "--database", "jdbc:postgresql://localhost:1/chat?password=hunter2");
    fails(refused, 1, "PostgreSQL: open failed");
    assertThat(refused.err().get(0)).doesNotContain("hunter2");
  }

  @Test
  @Tag("D5")
  void aClusterThatIsNoneOrDoesNotAnswerIsSaidWithoutItsPassword() {
    Program none = serve("--port", "0", "--cluster", "mysql://ann:hunter2@localhost");
    fails(none, 1, "--cluster: neither PostgreSQL nor Redis (expected: postgresql://…, redis://…");
    assertThat(none.err().get(0)).doesNotContain("hunter2");
    Program refused =
        serve("--port", "0", "--cluster", "postgresql://ann:hunter2@localhost:1/chat");
    fails(refused, 1, "PostgreSQL: open failed");
    assertThat(refused.err().get(0)).doesNotContain("hunter2");
    Program away = serve("--port", "0", "--cluster", "redis://ann:hunter2@localhost:1/0");
    fails(away, 1, "Redis: open failed");
    assertThat(away.err().get(0)).doesNotContain("hunter2");
    fails(
        serve("--cluster", "redis://localhost:1", "--redis-level", "slow"),
        1,
        "--redis-level: slow (expected: flushed, replicated or fast)");
    fails(
        serve("--cluster", "postgresql://localhost/chat", "--database", "jdbc:postgresql:chat"),
        1,
        "--database, --cluster: both given");
    fails(serve("--node", "a"), 1, "--node: without --cluster (expected: both)");
    fails(
        serve("--cluster", "redis://localhost:1", "--node", "a b"),
        1,
        "--node: a b (expected: 1-40 letters, digits, '.', '_' or '-')");
  }

  @Test
  @Tag("B15")
  void aSecondSignalDoesNotWaitForAClientThatWillNotClose() throws IOException {
    try (Program server = serve("--port", "0");
        Socket stubborn = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      String upgrade =
          """
          GET /ws?user=stubborn HTTP/1.1
          Host: localhost
          Upgrade: websocket
          Connection: Upgrade
          Sec-WebSocket-Version: 13
          Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==

          """
              .replace("\n", "\r\n");
      stubborn.getOutputStream().write(upgrade.getBytes(StandardCharsets.US_ASCII));
      hear(stubborn, "welcome");
      server.terminate();
      hear(stubborn, "going_away");
      long before = System.nanoTime();
      server.terminate();
      assertThat(server.ends()).isEqualTo(1);
      assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(3));
    }
  }

  private static void hear(Socket socket, String word) throws IOException {
    StringBuilder heard = new StringBuilder();
    while (!heard.toString().contains(word)) {
      int next = socket.getInputStream().read();
      assertThat(next).as("heard %s", heard).isNotNegative();
      heard.append((char) next);
    }
  }

  @Test
  void aPortInUseIsSaid() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      fails(
          serve("--port", String.valueOf(taken.getLocalPort())),
          1,
          "port",
          String.valueOf(taken.getLocalPort()));
    }
  }

  @Test
  void aFolderThatCannotBeWrittenIsSaid() throws IOException {
    Path file = Files.writeString(data.resolve("file"), "not a folder");
    fails(
        Program.switchboard("serve", "--port", "0", "--data", file.resolve("sub").toString()),
        1,
        "--data",
        "sub");
  }

  @Test
  void aFileThatIsNoDatabaseIsSaid() throws IOException {
    try (Program first = serve("--port", "0")) {
      first.port();
      first.terminate();
      first.ends();
    }
    try (var files = Files.list(data)) {
      for (Path file : files.toList()) {
        Files.writeString(file, "something else ".repeat(1000));
      }
    }
    fails(serve("--port", "0"), 1, data.toString());
  }

  @Test
  void twoServersOnOneFolderAreRefused() {
    try (Program first = serve("--port", "0")) {
      first.port();
      fails(serve("--port", "0"), 1, data.toString());
    }
  }

  @Test
  void wrongUsageIsSaidWithWhereToLook() {
    fails(serve("--port", "many"), 2, "--port", "--help");
    fails(serve("--port", "70000"), 1, "--port", "0-65535");
    fails(serve("--nonsense"), 2, "--nonsense", "--help");
    fails(Program.switchboard("dance"), 2, "dance", "--help");
    fails(Program.switchboard(), 2, "command", "--help");
    fails(Program.switchboard("chat"), 2, "--as", "--help");
  }

  @Test
  void whatOnePersonMayCostTheOthersIsBounded() {
    try (Program server = serve("--port", "0", "--keep-mib", "1", "--rate", "2");
        ChatClient eve = ChatClient.of("ws://127.0.0.1:" + server.port() + "/ws", "eve")) {
      eve.connect();
      Room<Chat> room = eve.joinRoom("general", 0);
      Chat.Message large = new Chat.Message("x", null, StringNode.valueOf("x".repeat(50 << 10)));
      for (int i = 0; i < 40; i++) {
        room.publish(large);
      }
      assertThat(room.history(100).messages()).as("kept of 2 MB").hasSizeBetween(2, 20);
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 100; i++) {
                  room.publish(new Chat.Message("again"));
                }
              })
          .isInstanceOfSatisfying(
              RefusedException.class,
              refused -> assertThat(refused.code()).isEqualTo(ErrorCode.RATE_LIMITED));
    }
    fails(serve("--port", "0", "--keep-mib", "0"), 1, "--keep-", "bytes: 0");
    fails(serve("--port", "0", "--disk-mib", "0"), 1, "--disk-mib", "maxBytes: 0");
    fails(serve("--port", "0", "--rate", "-1"), 1, "--rate", "-1");
  }

  private static String status(int port, String host) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(10_000);
      String head = "GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
    }
  }

  @Test
  void whereItIsReachedIsSaid() throws IOException {
    try (Program server = serve("--port", "0", "--name", "chat.example.com")) {
      assertThat(status(server.port(), "chat.example.com")).isEqualTo("HTTP/1.1 200");
      assertThat(status(server.port(), "evil.example")).isEqualTo("HTTP/1.1 421");
    }
    fails(serve("--port", "0", "--name", "http://a.example"), 1, "--name", "expected: a name");
    fails(serve("--port", "0", "--trusted-proxy", "x"), 1, "--trusted-proxy", "a network");
  }

  @Test
  void aDiskThatIsAlmostFullTakesNoMessage() {
    String everything = String.valueOf(Integer.MAX_VALUE); // 2 PiB
    try (Program server = serve("--port", "0", "--free-mib", everything);
        ChatClient eve = ChatClient.of("ws://127.0.0.1:" + server.port() + "/ws", "eve")) {
      eve.connect();
      eve.joinRoom("general", 0);
      assertThatThrownBy(() -> eve.sendMessage("general", "one more"))
          .isInstanceOfSatisfying(
              RefusedException.class,
              refused -> assertThat(refused.code()).isEqualTo(ErrorCode.UNAVAILABLE))
          .hasMessageContaining("almost full");
    }
  }

  @Test
  void helpIsEverywhere() {
    for (String[] command : new String[][] {{"--help"}, {"serve", "--help"}, {"chat", "--help"}}) {
      try (Program help = Program.switchboard(command)) {
        assertThat(help.ends()).isZero();
        assertThat(help.out()).anyMatch(line -> line.startsWith("Usage: switchboard"));
      }
    }
  }

  @Test
  void aServerThatIsNotThereIsSaid() {
    fails(Program.switchboard("chat", "ws://127.0.0.1:1/ws", "--as", "ann"), 1, "127.0.0.1:1");
  }

  @Test
  void thePageHasItsHeadersAndStrangePathsAreNotFound() throws Exception {
    try (Program server = serve("--port", "0")) {
      String base = "http://127.0.0.1:" + server.port();
      HttpClient http = HttpClient.newHttpClient();
      HttpResponse<String> page =
          http.send(
              HttpRequest.newBuilder(URI.create(base + "/")).build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(page.statusCode()).isEqualTo(200);
      assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
          .contains("default-src 'none'")
          .doesNotContain("unsafe");
      assertThat(page.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
      String tag = page.headers().firstValue("ETag").orElseThrow();
      HttpResponse<String> again =
          http.send(
              HttpRequest.newBuilder(URI.create(base + "/")).header("If-None-Match", tag).build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(again.statusCode()).isEqualTo(304);
      for (String path :
          new String[] {
            "/nothing", "/../pom.xml", "/%2e%2e/Chat.class", "/app", "/..%2fChat.class"
          }) {
        HttpResponse<String> none =
            http.send(
                HttpRequest.newBuilder(URI.create(base + path)).build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(none.statusCode()).as(path).isEqualTo(404);
      }
      HttpResponse<String> health =
          http.send(
              HttpRequest.newBuilder(URI.create(base + "/healthz")).build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(health.body()).isEqualTo("ok\n");
    }
  }
}
