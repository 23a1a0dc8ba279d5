package dev.switchboard.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.DecryptionException;
import dev.switchboard.protocol.DecryptionException.Reason;
import dev.switchboard.protocol.Entry;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What decrypts, and what does not. */
@Tag("A16")
class MessageEncryptionTest {
  private static final Binding BINDING = new Binding(Address.room("general"), "ann", "chat", "m1");
  private static final String TEXT = "{\"message\":\"the plan is ready\"}";

  private final MessageEncryption encryption = new MessageEncryption(Vectors.ring());

  private static DecryptionException refused(MessageEncryption encryption, String jwe) {
    return catchThrowableOfType(
        DecryptionException.class, () -> encryption.decrypt(jwe, BINDING, 1));
  }

  @Test
  void anyBytesComeBackAsTheyWere() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int length : List.of(0, 1, 2, 3, 15, 16, 17, 47, 48, 49, 1_000, 70_000, 1_000_000)) {
      byte[] plaintext = new byte[length];
      random.nextBytes(plaintext);
      Binding binding = new Binding(Address.user("bob"), "ann", "chat", "m" + length);
      String jwe = encryption.encrypt(plaintext, binding);
      assertThat(jwe).as("seed %s", seed).matches("[A-Za-z0-9_.-]+");
      assertThat(encryption.decrypt(jwe, binding, length)).isEqualTo(plaintext);
    }
  }

  @Test
  void noChangedCharacterGoesUnnoticed() {
    String jwe = encryption.encrypt(TEXT, BINDING);
    for (int at = 0; at < jwe.length(); at++) {
      for (char other : changes(jwe.charAt(at))) {
        String changed = jwe.substring(0, at) + other + jwe.substring(at + 1);
        DecryptionException refused = refused(encryption, changed);
        assertThat(refused).as("character %s became %s", at, other).isNotNull();
        assertThat(refused).hasMessageNotContaining("plan").hasNoCause();
      }
    }
    assertThat(encryption.decryptText(jwe, BINDING, 1)).isEqualTo(TEXT);
  }

  /** Each bit of a base64url character, and characters that are none. */
  private static List<Character> changes(char character) {
    String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    int value = Math.max(0, alphabet.indexOf(character));
    return IntStream.concat(
            IntStream.range(0, 6).map(bit -> alphabet.charAt(value ^ 1 << bit)),
            ".= \u0141".chars())
        .filter(other -> other != character)
        .mapToObj(other -> (char) other)
        .toList();
  }

  @Test
  void noBeginningAndNoEndOfAMessageDecrypts() {
    String jwe = encryption.encrypt(TEXT, BINDING);
    for (int length = 0; length < jwe.length(); length++) {
      assertThat(refused(encryption, jwe.substring(0, length))).as("%s", length).isNotNull();
      assertThat(refused(encryption, jwe.substring(jwe.length() - length))).isNotNull();
    }
  }

  @Test
  void theSameMessageNeverLooksTheSame() {
    Set<String> parts = new HashSet<>();
    for (int i = 0; i < 1_000; i++) {
      String[] jwe = encryption.encrypt(TEXT, BINDING).split("\\.", -1);
      assertThat(parts.add(jwe[1])).as("key").isTrue();
      assertThat(parts.add(jwe[2])).as("nonce").isTrue();
      assertThat(parts.add(jwe[3])).as("ciphertext").isTrue();
    }
  }

  @Test
  void aMessageWithoutAnIdGetsOne() {
    Binding unnamed = new Binding(Address.room("general"), "ann", "chat");
    String jwe = encryption.encrypt(TEXT, unnamed);
    assertThat(encryption.decryptText(jwe, unnamed, 1)).isEqualTo(TEXT);
    assertThat(refused(encryption, jwe).reason()).isEqualTo(Reason.WRONG_BINDING);
  }

  @Test
  void anEntrySaysWhatItIsBoundTo() {
    byte[] data = TEXT.getBytes(StandardCharsets.UTF_8);
    Entry entry = new Entry(Address.room("general"), 7, "chat", "ann", 1, "m1", data);
    assertThat(Binding.of(entry)).isEqualTo(BINDING);
  }

  @Test
  void textThatIsNotTextIsRefused() {
    String jwe = encryption.encrypt(new byte[] {(byte) 0xff}, BINDING);
    DecryptionException refused =
        catchThrowableOfType(
            DecryptionException.class, () -> encryption.decryptText(jwe, BINDING, 1));
    assertThat(refused.reason()).isEqualTo(Reason.MALFORMED);
  }

  @ParameterizedTest
  @ValueSource(ints = {16 * 1024 * 1024 + 1, 64 * 1024 * 1024})
  void aTextThatIsTooLongIsNotLookedAt(int length) {
    String text = "a".repeat(length);
    assertThat(refused(encryption, text).reason()).isEqualTo(Reason.TOO_LARGE);
  }

  @Test
  void theLongestPlaintextDecrypts() {
    byte[] longest = new byte[MessageEncryption.MAX_BYTES];
    String name = "\"".repeat(128); // two bytes each in JSON
    Binding binding = new Binding(Address.room(name), name, "t".repeat(64), "\\".repeat(64));
    String jwe = encryption.encrypt(longest, binding);
    assertThat(encryption.decrypt(jwe, binding, 1)).isEqualTo(longest);
    assertThatThrownBy(() -> encryption.encrypt(new byte[longest.length + 1], binding))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected: at most");
  }

  @Test
  void bindingsThatNoEnvelopeHasAreRefused() {
    assertThatThrownBy(() -> new Binding(null, "a\u0000b", "chat"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Binding(null, "ann", "Chat"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Binding(null, "ann", "chat", ""))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void replaysAreNoticedWithinTheBound() {
    MessageEncryption small = new MessageEncryption(Vectors.ring(), 2);
    List<Binding> named =
        IntStream.range(0, 3)
            .mapToObj(i -> new Binding(Address.room("general"), "ann", "chat", "m" + i))
            .toList();
    List<String> texts = named.stream().map(each -> small.encrypt(TEXT, each)).toList();
    small.decrypt(texts.get(0), named.get(0), 1);
    small.decrypt(texts.get(1), named.get(1), 2);
    assertThatThrownBy(() -> small.decrypt(texts.get(0), named.get(0), 3))
        .isInstanceOf(DecryptionException.class);
    small.decrypt(texts.get(2), named.get(2), 3); // and the first is forgotten
    assertThat(small.decrypt(texts.get(0), named.get(0), 4)).isNotEmpty();
    assertThatThrownBy(() -> small.decrypt(texts.get(2), named.get(2), 5))
        .isInstanceOf(DecryptionException.class);
  }

  @Test
  void withoutMemoryNothingIsAReplay() {
    MessageEncryption forgetful = new MessageEncryption(Vectors.ring(), 0);
    String jwe = forgetful.encrypt(TEXT, BINDING);
    for (int seq = 0; seq < 3; seq++) {
      assertThat(forgetful.decryptText(jwe, BINDING, seq)).isEqualTo(TEXT);
    }
    assertThatThrownBy(() -> new MessageEncryption(Vectors.ring(), -1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void ofManyThreadsThatDecryptAReplayOneSucceeds() throws Exception {
    for (int round = 0; round < 50; round++) {
      Binding binding = new Binding(Address.room("general"), "ann", "chat", "m" + round);
      String jwe = encryption.encrypt(TEXT, binding);
      List<Callable<Boolean>> calls =
          IntStream.rangeClosed(1, 8)
              .<Callable<Boolean>>mapToObj(seq ->
                  () -> {
                    try {
                      return encryption.decryptText(jwe, binding, seq).equals(TEXT);
                    } catch (DecryptionException replayed) {
                      assertThat(replayed.reason()).isEqualTo(Reason.REPLAYED);
                      return false;
                    }
                  })
              .toList();
      assertThat(all(calls)).containsOnlyOnce(true);
    }
  }

  @Test
  void keysChangeWhileOthersEncrypt() throws Exception {
    KeyRing ring = Vectors.ring();
    MessageEncryption rotating = new MessageEncryption(ring);
    Set<String> kids = ConcurrentHashMap.newKeySet();
    List<Callable<Boolean>> calls =
        IntStream.range(0, 4)
            .<Callable<Boolean>>mapToObj(thread ->
                () -> {
                  for (int i = 0; i < 500; i++) {
                    Binding binding = new Binding(null, "ann", "chat", thread + "-" + i);
                    String jwe = rotating.encrypt(TEXT, binding);
                    kids.add(ProtectedHeader.decode(CompactJwe.parse(jwe).header()).kid());
                    if (thread == 0) {
                      // Others may be about to encrypt with the key that goes.
                      ring.add("next" + i, EncryptionKey.of(random()));
                      String old = ring.current();
                      ring.use("next" + i);
                      ring.remove(old);
                    }
                  }
                  return true;
                })
            .toList();
    assertThat(all(calls)).containsOnly(true);
    assertThat(kids).hasSizeGreaterThan(100);
    assertThat(ring.ids()).containsExactly("2026-11", "next499");
  }

  private static byte[] random() {
    byte[] bytes = new byte[32];
    new Random().nextBytes(bytes);
    return bytes;
  }

  private static <T> List<T> all(List<Callable<T>> calls) throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(calls.size())) {
      List<T> results = new java.util.ArrayList<>();
      for (Future<T> each : threads.invokeAll(calls)) {
        results.add(each.get());
      }
      return results;
    }
  }

  @Test
  void rotationWithOverlapLosesNothing() {
    KeyRing anns = new KeyRing("old", EncryptionKey.of(Vectors.key("k1")));
    KeyRing bobs = new KeyRing("old", EncryptionKey.of(Vectors.key("k1")));
    MessageEncryption ann = new MessageEncryption(anns);
    MessageEncryption bob = new MessageEncryption(bobs, 0);
    String before = ann.encrypt(TEXT, BINDING);
    anns.add("new", EncryptionKey.of(Vectors.key("2026-11")));
    bobs.add("new", EncryptionKey.of(Vectors.key("2026-11")));
    anns.use("new");
    String after = ann.encrypt(TEXT, BINDING);
    assertThat(bob.decryptText(before, BINDING, 1)).isEqualTo(TEXT);
    assertThat(bob.decryptText(after, BINDING, 2)).isEqualTo(TEXT);
    assertThat(ann.decryptText(bob.encrypt(TEXT, BINDING), BINDING, 3)).isEqualTo(TEXT);
    bobs.use("new");
    assertThat(bobs.remove("old")).isTrue();
    assertThat(bobs.remove("old")).isFalse();
    assertThat(refused(bob, before).reason()).isEqualTo(Reason.UNKNOWN_KEY);
    assertThat(bob.decryptText(after, BINDING, 2)).isEqualTo(TEXT);
  }

  @Test
  void aClosedRingNeitherEncryptsNorDecrypts() {
    KeyRing ring = Vectors.ring();
    MessageEncryption closed = new MessageEncryption(ring);
    String jwe = closed.encrypt(TEXT, BINDING);
    ring.close();
    assertThatThrownBy(() -> closed.encrypt(TEXT, BINDING))
        .isInstanceOf(IllegalStateException.class);
    assertThat(refused(closed, jwe).reason()).isEqualTo(Reason.UNKNOWN_KEY);
  }

  @Test
  void nothingShowsAKeyOrAPlaintext() {
    byte[] secret = new byte[32];
    Arrays.fill(secret, (byte) 'S');
    secret[0] = 'T';
    EncryptionKey key = EncryptionKey.of(secret);
    KeyRing ring = new KeyRing("k1", key);
    MessageEncryption mine = new MessageEncryption(ring);
    String jwe = mine.encrypt("plain", BINDING);
    DecryptionException refused = refused(encryption, jwe); // another k1
    assertThat(refused.reason()).isEqualTo(Reason.NOT_AUTHENTIC);
    for (Object shown : List.of(key, ring, mine, CompactJwe.parse(jwe), refused)) {
      assertThat(shown.toString()).doesNotContain("SSS", "U1NT", "535353", "plain");
    }
  }
}
