package dev.switchboard.encryption;

import dev.switchboard.protocol.Address;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code spec/encryption-vectors.json}. */
final class Vectors {
  private static final JsonNode ALL = read();

  private Vectors() {}

  private static JsonNode read() {
    try {
      return new JsonMapper()
          .readTree(Files.readString(Path.of("..", "spec", "encryption-vectors.json")));
    } catch (IOException missing) {
      throw new UncheckedIOException(missing);
    }
  }

  /** A case: a text, the envelope it came in, and what becomes of it. */
  record Case(
      String name, String jwe, Binding envelope, long seq, String plaintext, String reason) {
    static Case of(JsonNode node, String envelope) {
      JsonNode said = node.path(envelope);
      return new Case(
          node.path("name").asString(""),
          node.path("jwe").asString(),
          binding(said),
          said.path("seq").asLong(0),
          node.path("plaintext").asString(""),
          node.path("reason").asString(""));
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** Cases that are decrypted one after another. */
  record Replay(String name, List<Case> steps) {
    @Override
    public String toString() {
      return name;
    }
  }

  record Passphrase(String passphrase, String salt, int rounds, byte[] key) {}

  static Stream<Case> positive() {
    return ALL.path("positive").valueStream().map(node -> Case.of(node, "envelope"));
  }

  static Stream<Case> negative() {
    return ALL.path("negative").valueStream().map(node -> Case.of(node, "envelope"));
  }

  static Stream<Replay> replays() {
    return ALL.path("replays")
        .valueStream()
        .map(node ->
            new Replay(
                node.path("name").asString(),
                node.path("steps").valueStream().map(step -> Case.of(step, "received")).toList()));
  }

  static Stream<Passphrase> passphrases() {
    return ALL.path("passphrases")
        .valueStream()
        .map(node ->
            new Passphrase(
                node.path("passphrase").asString(),
                node.path("salt").asString(),
                node.path("rounds").asInt(),
                Base64.getUrlDecoder().decode(node.path("key").asString())));
  }

  static byte[] key(String kid) {
    return Base64.getUrlDecoder().decode(ALL.path("keys").path(kid).asString());
  }

  /** A ring of all keys; the first is current. */
  static KeyRing ring() {
    KeyRing ring = new KeyRing("k1", EncryptionKey.of(key("k1")));
    return ring.add("2026-11", EncryptionKey.of(key("2026-11")));
  }

  private static Binding binding(JsonNode said) {
    Address address =
        said.has("everyone")
            ? Address.EVERYONE
            : text(said, "room")
                .map(Address::room)
                .or(() -> text(said, "user").map(Address::user))
                .orElse(null);
    return new Binding(
        address, orNull(said, "from"), said.path("type").asString(), orNull(said, "messageId"));
  }

  private static Optional<String> text(JsonNode node, String key) {
    return Optional.ofNullable(orNull(node, key));
  }

  private static @Nullable String orNull(JsonNode node, String key) {
    return node.has(key) ? node.path(key).asString() : null;
  }
}
