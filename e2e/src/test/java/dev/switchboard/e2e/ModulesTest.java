package dev.switchboard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A user's program against what was built: as a module, and on the class path. */
class ModulesTest {
  private static final String MODULE =
      """
      module shop {
        requires dev.switchboard.client;
        requires dev.switchboard.security;
        requires dev.switchboard.server;

        opens shop; // its records are made by reflection
      }
      """;

  private static final String PROGRAM =
      """
      package shop;

      import dev.switchboard.client.Client;
      import dev.switchboard.security.JwtAlgorithm;
      import dev.switchboard.security.JwtAuthenticator;
      import dev.switchboard.security.TokenKey;
      import dev.switchboard.server.Addresses;
      import dev.switchboard.server.Endpoint;
      import dev.switchboard.server.Server;
      import dev.switchboard.spi.Credentials;
      import java.util.concurrent.CompletableFuture;
      import java.util.concurrent.TimeUnit;

      public final class Main {
        public sealed interface Shop {}

        public record Price(String of, int cents) implements Shop {}

        public static void main(String[] arguments) throws Exception {
          try (Server server = Server.builder().port(0).endpoint("/ws", Endpoint.of(Shop.class).clientsMayPublish(Shop.class, Addresses.rooms())).start();
              Client<Shop> client = Client.of(Shop.class).connect("ws://" + server.address() + "/ws")) {
            CompletableFuture<Shop> heard = new CompletableFuture<>();
            var room = client.join("prices");
            room.on(event -> heard.complete(event.message()));
            room.publish(new Price("tea", 250));
            System.out.println(heard.get(10, TimeUnit.SECONDS));
          }
          var key = TokenKey.generate(JwtAlgorithm.EDDSA);
          var file = java.nio.file.Files.createTempFile("key", ".jwk");
          java.nio.file.Files.writeString(file, key.publicJson());
          var tokens = JwtAuthenticator.builder().keyFile(file).audience("shop").build();
          java.nio.file.Files.delete(file);
          String token = key.token("ann").audience("shop").sign();
          System.out.println(tokens.authenticate(new Credentials(Credentials.Kind.TOKEN, token)).name());
        }
      }
      """;

  @TempDir private Path folder;

  /** Of what this test runs with, what a program with a client and a server needs. */
  private static String libraries() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(ModulesTest::needed)
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static boolean needed(String entry) {
    return entry.matches(
            ".*\\b(protocol|spi|transport|client|server|security)[/\\\\]target[/\\\\].*")
        || entry.matches(".*[/\\\\](jackson|netty|slf4j-api|jspecify|nimbus)[^/\\\\]*\\.jar");
  }

  private Path write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    return Files.writeString(file, text);
  }

  /** What the compiler says; nothing if all is well. */
  private String compile(List<String> options, Path... sources) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter said = new StringWriter();
    List<String> all = new ArrayList<>(options);
    all.addAll(List.of("-d", folder.resolve("out").toString()));
    try (var files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
      boolean good =
          compiler.getTask(said, files, null, all, null, files.getJavaFileObjects(sources)).call();
      return good ? "" : said.toString();
    } catch (IOException failed) {
      throw new AssertionError(failed);
    }
  }

  private static String run(List<String> arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(arguments);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return said;
  }

  @Test
  void aModularProgramCompilesAndRuns() throws Exception {
    Path module = write("module-info.java", MODULE);
    Path program = write("shop/Main.java", PROGRAM);
    assertThat(compile(List.of("-p", libraries()), module, program)).isEmpty();
    String path = folder.resolve("out") + File.pathSeparator + libraries();
    assertThat(run(List.of("-p", path, "-m", "shop/shop.Main")))
        .contains("Price[of=tea, cents=250]", "ann");
  }

  @Test
  void aProgramOnTheClassPathCompilesAndRuns() throws Exception {
    Path program = write("shop/Main.java", PROGRAM);
    assertThat(compile(List.of("-cp", libraries()), program)).isEmpty();
    String path = folder.resolve("out") + File.pathSeparator + libraries();
    assertThat(run(List.of("-cp", path, "shop.Main"))).contains("Price[of=tea, cents=250]", "ann");
  }

  /** Maven does not build them, so nothing else would notice that one no longer compiles. */
  @ParameterizedTest
  @ValueSource(strings = {"../benchmarks/Typed.java", "../benchmarks/Encrypted.java"})
  void theProgramsThatAreMeasuredCompile(String program) {
    String libraries = System.getProperty("java.class.path");
    assertThat(compile(List.of("-proc:none", "-cp", libraries), Path.of(program))).isEmpty();
  }

  @Test
  void whatIsNotForUsersIsNotSeen() throws Exception {
    Path module = write("module-info.java", MODULE);
    for (String inside :
        List.of(
            "dev.switchboard.protocol.wire.Envelope",
            "dev.switchboard.server.delivery.Topic",
            "dev.switchboard.transport.netty.ServerTransport")) {
      Path program =
          write(
              "shop/Main.java", "package shop; public class Main { %s inside; }".formatted(inside));
      assertThat(compile(List.of("-p", libraries()), module, program)).contains("not visible");
    }
  }
}
