package dev.switchboard.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.AESDecrypter;
import com.nimbusds.jose.crypto.AESEncrypter;
import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.DecryptionException;
import java.text.ParseException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The vectors that all implementations share, and somebody else's JWE library. */
@Tag("A16")
class EncryptionVectorsTest {
  static Stream<Vectors.Case> positive() {
    return Vectors.positive();
  }

  static Stream<Vectors.Case> negative() {
    return Vectors.negative();
  }

  static Stream<Vectors.Replay> replays() {
    return Vectors.replays();
  }

  static Stream<Vectors.Passphrase> passphrases() {
    return Vectors.passphrases();
  }

  @ParameterizedTest
  @MethodSource
  void positive(Vectors.Case vector) throws ParseException, JOSEException {
    MessageEncryption encryption = new MessageEncryption(Vectors.ring());
    assertThat(encryption.decryptText(vector.jwe(), vector.envelope(), 1))
        .isEqualTo(vector.plaintext());
    JWEObject others = JWEObject.parse(vector.jwe());
    others.decrypt(new AESDecrypter(Vectors.key(others.getHeader().getKeyID())));
    assertThat(others.getPayload().toString()).isEqualTo(vector.plaintext());
  }

  @ParameterizedTest
  @MethodSource
  void negative(Vectors.Case vector) {
    MessageEncryption encryption = new MessageEncryption(Vectors.ring());
    DecryptionException refused =
        catchThrowableOfType(
            DecryptionException.class,
            () -> encryption.decrypt(vector.jwe(), vector.envelope(), 1));
    assertThat(refused).as("not decrypted").isNotNull();
    assertThat(refused.reason().wire()).as("%s", refused).isEqualTo(vector.reason());
  }

  @ParameterizedTest
  @MethodSource
  void replays(Vectors.Replay vector) {
    MessageEncryption encryption = new MessageEncryption(Vectors.ring());
    assertThat(vector.steps())
        .allSatisfy(step -> {
          DecryptionException refused =
              catchThrowableOfType(
                  DecryptionException.class,
                  () -> encryption.decrypt(step.jwe(), step.envelope(), step.seq()));
          assertThat(refused == null ? "" : refused.reason().wire()).isEqualTo(step.reason());
        });
  }

  @ParameterizedTest
  @MethodSource
  void passphrases(Vectors.Passphrase vector) {
    EncryptionKey key =
        EncryptionKey.fromPassphrase(
            vector.passphrase().toCharArray(), vector.salt(), vector.rounds());
    assertThat(key.secret().getEncoded()).isEqualTo(vector.key());
  }

  @Test
  void nothingIsMissing() {
    assertThat(Vectors.positive()).hasSizeGreaterThan(12);
    assertThat(Vectors.negative().map(Vectors.Case::reason))
        .hasSizeGreaterThan(80)
        .contains("malformed", "unsupported", "unknown_key", "wrong_binding", "not_authentic");
  }

  @Test
  void whatWeEncryptOthersDecrypt() throws ParseException, JOSEException {
    Binding binding = new Binding(Address.room("名前"), "Zoë", "chat", "m1");
    String jwe = new MessageEncryption(Vectors.ring()).encrypt("héllo", binding);
    JWEObject others = JWEObject.parse(jwe);
    others.decrypt(new AESDecrypter(Vectors.key("k1")));
    assertThat(others.getPayload().toString()).isEqualTo("héllo");
    assertThat(others.getHeader().toJSONObject())
        .containsOnly(
            java.util.Map.entry("alg", "A256KW"),
            java.util.Map.entry("enc", "A256GCM"),
            java.util.Map.entry("kid", "k1"),
            java.util.Map.entry("typ", "switchboard.v1"),
            java.util.Map.entry("room", "名前"),
            java.util.Map.entry("from", "Zoë"),
            java.util.Map.entry("type", "chat"),
            java.util.Map.entry("messageId", "m1"));
  }

  @Test
  void whatOthersEncryptWeDecrypt() throws JOSEException {
    JWEHeader header =
        new JWEHeader.Builder(JWEAlgorithm.A256KW, EncryptionMethod.A256GCM)
            .keyID("k1")
            .type(new JOSEObjectType("switchboard.v1"))
            .customParam("user", "bob")
            .customParam("from", "ann")
            .customParam("type", "chat")
            .customParam("messageId", "m1")
            .build();
    JWEObject others = new JWEObject(header, new Payload("héllo"));
    others.encrypt(new AESEncrypter(Vectors.key("k1")));
    Binding envelope = new Binding(Address.user("bob"), "ann", "chat", "m1");
    MessageEncryption encryption = new MessageEncryption(Vectors.ring());
    assertThat(encryption.decryptText(others.serialize(), envelope, 1)).isEqualTo("héllo");
  }
}
