package dev.switchboard.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys and rings of them. */
@Tag("A16")
class EncryptionKeyTest {
  private static final String PASSPHRASE = "correct horse battery staple";
  private static final String SALT = "chat.example.org/general";

  @ParameterizedTest
  @ValueSource(ints = {0, 16, 31, 33, 64})
  void aKeyHas32Bytes(int length) {
    byte[] bytes = new byte[length];
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EncryptionKey.of(bytes))
        .withMessage("key: " + length + " bytes (expected: 32)");
  }

  @Test
  void aKeyThatWasForgottenToBeFilledIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EncryptionKey.of(new byte[32]))
        .withMessageContaining("one byte repeated");
  }

  @Test
  void theBytesAreCopied() {
    byte[] bytes = Vectors.key("k1");
    EncryptionKey key = EncryptionKey.of(bytes);
    bytes[0]++;
    assertThat(key.secret().getEncoded()).isEqualTo(Vectors.key("k1"));
  }

  @Test
  void aDestroyedKeyIsNotUsed() {
    EncryptionKey key = EncryptionKey.of(Vectors.key("k1"));
    key.destroy();
    assertThat(key.isDestroyed()).isTrue();
    assertThatThrownBy(key::secret).isInstanceOf(IllegalStateException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "too short,                    chat.example.org, 600000,   passphrase: 9 characters",
    "correct horse battery staple, short,            600000,   salt: 5 bytes",
    "correct horse battery staple, chat.example.org, 599999,   rounds: 599999",
    "correct horse battery staple, chat.example.org, 10000001, rounds: 10000001",
    "correct horse battery \ud800, chat.example.org, 600000,   passphrase: not Unicode",
  })
  void weakPassphrasesSaltsAndRoundsAreRefused(
      String passphrase, String salt, int rounds, String message) {
    char[] typed = passphrase.toCharArray();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EncryptionKey.fromPassphrase(typed, salt, rounds))
        .withMessageContaining(message)
        .withMessageNotContaining("horse");
  }

  @Test
  void aPassphraseIsDerivedOnAnotherThread() throws Exception {
    char[] typed = PASSPHRASE.toCharArray();
    CompletableFuture<EncryptionKey> derived =
        EncryptionKey.fromPassphraseAsync(typed, SALT, EncryptionKey.ROUNDS);
    typed[0] = 'x'; // it was copied
    EncryptionKey key = EncryptionKey.fromPassphrase(PASSPHRASE.toCharArray(), SALT);
    assertThat(derived.get(60, TimeUnit.SECONDS).secret().getEncoded())
        .isEqualTo(key.secret().getEncoded());
    assertThat(EncryptionKey.fromPassphraseAsync(typed, "short", EncryptionKey.ROUNDS))
        .failsWithin(60, TimeUnit.SECONDS)
        .withThrowableThat()
        .withCauseInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "ä", "../k", "k\n", "k\u0000"})
  void anIdIsShortAndPlain(String id) {
    EncryptionKey key = EncryptionKey.of(Vectors.key("k1"));
    assertThatIllegalArgumentException().isThrownBy(() -> new KeyRing(id, key));
    assertThatIllegalArgumentException().isThrownBy(() -> Vectors.ring().add(id, key));
  }

  @Test
  void aRingKeepsItsRules() {
    KeyRing ring = Vectors.ring();
    EncryptionKey other = EncryptionKey.of(Vectors.key("2026-11"));
    assertThatIllegalArgumentException().isThrownBy(() -> ring.add("k1", other));
    assertThatIllegalArgumentException().isThrownBy(() -> ring.use("absent"));
    assertThatIllegalArgumentException().isThrownBy(() -> ring.remove("k1"));
    assertThat(ring.current()).isEqualTo("k1");
    assertThat(ring.ids()).containsExactly("k1", "2026-11");
    assertThat(ring).hasToString("KeyRing[k1, 2026-11]");
  }

  @Test
  void aRingDestroysWhatLeavesIt() {
    EncryptionKey first = EncryptionKey.of(Vectors.key("k1"));
    EncryptionKey second = EncryptionKey.of(Vectors.key("2026-11"));
    KeyRing ring = new KeyRing("first", first).add("second", second).use("second");
    ring.remove("first");
    assertThat(first.isDestroyed()).isTrue();
    assertThat(second.isDestroyed()).isFalse();
    ring.close();
    assertThat(second.isDestroyed()).isTrue();
  }
}
