package dev.switchboard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.client.Client;
import dev.switchboard.client.ClientBuilder;
import dev.switchboard.client.Room;
import dev.switchboard.encryption.EncryptionKey;
import dev.switchboard.encryption.KeyRing;
import dev.switchboard.encryption.MessageEncryption;
import dev.switchboard.protocol.Fleeting;
import dev.switchboard.server.Addresses;
import dev.switchboard.server.Endpoint;
import dev.switchboard.server.Server;
import dev.switchboard.server.Verdict;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Clients in Java, with JSON and with CBOR, and one in TypeScript, in one encrypted room. */
@Tag("A16")
@DisplayName("A16: Java and TypeScript in an encrypted room")
class EncryptedInteropTest {
  sealed interface Chat {
    record Said(String text) implements Chat {}

    @Fleeting
    record Typing(boolean on) implements Chat {}
  }

  private static final byte[] KEY =
      "0123456789abcdefghijklmnopqrstuv".getBytes(StandardCharsets.US_ASCII);

  private final Server server =
      Server.builder()
          .host("127.0.0.1")
          .port(0)
          .endpoint(
              "/ws",
              Endpoint.of(Chat.class)
                  .identify(request ->
                      Verdict.allow(request.query().getOrDefault("user", List.of("nobody")).get(0)))
                  .clientsMayPublish(Chat.class, Addresses.rooms())
                  .encrypted("vault"))
          .start();

  @AfterEach
  void stop() {
    server.close();
  }

  private String uri(String user) {
    return "ws://127.0.0.1:" + server.port() + "/ws?user=" + user;
  }

  private Client<Chat> java(String user, ClientBuilder<Client<Chat>> builder, byte[] key) {
    KeyRing ring = new KeyRing("k1", EncryptionKey.of(key));
    return builder.encryption(new MessageEncryption(ring), "vault").connect(uri(user));
  }

  /** The TypeScript client in a process of its own. */
  private final class Node implements AutoCloseable {
    private final Process process;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    Node(byte[] key) throws IOException {
      process =
          new ProcessBuilder(
                  "node",
                  "src/test/node/encrypted.mjs",
                  uri("tess"),
                  Base64.getEncoder().encodeToString(key))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      Thread.startVirtualThread(() -> {
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
          out.lines().forEach(lines::add);
        } catch (IOException | UncheckedIOException gone) {
          lines.add(gone.toString());
        }
      });
    }

    void tell(String line) throws IOException {
      process.outputWriter(StandardCharsets.UTF_8).append(line).append('\n').flush();
    }

    void says(String line) throws InterruptedException {
      assertThat(lines.poll(30, TimeUnit.SECONDS)).isEqualTo(line);
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }

  @Test
  void eachReadsTheOthers() throws Exception {
    BlockingQueue<String> anns = new LinkedBlockingQueue<>();
    BlockingQueue<String> bobs = new LinkedBlockingQueue<>();
    try (Client<Chat> ann = java("ann", Client.of(Chat.class), KEY);
        Client<Chat> bob = java("bob", Client.of(Chat.class).cbor(), KEY)) {
      ann.on(event -> anns.add(event.from() + ": " + event.message()));
      bob.on(event -> bobs.add(event.from() + ": " + event.message()));
      Room<Chat> vault = ann.join("vault");
      Room<Chat> there = bob.join("vault");
      vault.withoutEcho().publish(new Chat.Said("in JSON, Zoë"));
      try (Node tess = new Node(KEY)) {
        tess.says("{\"joined\":\"vault\"}");
        tess.says("{\"heard\":\"in JSON, Zoë\",\"from\":\"ann\",\"fleeting\":false}");
        there.withoutEcho().publish(new Chat.Said("in CBOR"));
        tess.says("{\"heard\":\"in CBOR\",\"from\":\"bob\",\"fleeting\":false}");
        there.fleeting(new Chat.Typing(true));
        tess.says("{\"heard\":\"typing true\",\"from\":\"bob\",\"fleeting\":true}");
        tess.tell("{\"say\":\"from TypeScript\"}");
        tess.says("{\"said\":3}");
        tess.tell("{\"typing\":false}");
        assertThat(anns.poll(10, TimeUnit.SECONDS)).isEqualTo("bob: Said[text=in CBOR]");
        assertThat(bobs.poll(10, TimeUnit.SECONDS)).isEqualTo("ann: Said[text=in JSON, Zoë]");
        assertThat(anns.poll(10, TimeUnit.SECONDS)).isEqualTo("bob: Typing[on=true]");
        for (BlockingQueue<String> heard : java.util.List.of(anns, bobs)) {
          assertThat(heard.poll(10, TimeUnit.SECONDS))
              .isEqualTo("tess: Said[text=from TypeScript]");
          assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("tess: Typing[on=false]");
        }
        tess.tell("{\"history\":true}");
        tess.says("{\"page\":[\"in JSON, Zoë\",\"in CBOR\",\"from TypeScript\"]}");
      }
    }
  }

  @Test
  void anotherKeyIsToldAsAnEvent() throws Exception {
    byte[] other = KEY.clone();
    other[0]++;
    try (Client<Chat> ann = java("ann", Client.of(Chat.class), KEY);
        Node tess = new Node(other)) {
      tess.says("{\"joined\":\"vault\"}");
      String id = ann.join("vault").publish(new Chat.Said("not for you")).messageId();
      tess.says("{\"failed\":\"not_authentic\",\"messageId\":\"" + id + "\",\"room\":\"vault\"}");
    }
  }
}
