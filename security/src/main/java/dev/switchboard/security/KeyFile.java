package dev.switchboard.security;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyType;
import com.nimbusds.jose.jwk.RSAKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Keys as files hold them: a JWK, a JWK set, PEM, or a secret as it is. Stateless. */
final class KeyFile {
  static final int MAX_BYTES = 64 * 1024;

  private static final String PEM = "-----BEGIN ";
  private static final Pattern PUBLIC_KEY =
      Pattern.compile("-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\\s]*)-----END PUBLIC KEY-----\\s*");

  private KeyFile() {}

  /**
   * The keys of a JWK, a JWK set, or a public key in PEM ({@code BEGIN PUBLIC KEY}).
   *
   * @throws IllegalArgumentException if the file can't be read or holds something else; the message
   *     shows the file's name and nothing of its content
   */
  static List<VerificationKey> keys(Path file) {
    String what = "key file: " + file;
    byte[] content = read(what, file);
    try {
      String text = new String(content, StandardCharsets.UTF_8);
      if (text.startsWith(PEM)) {
        return List.of(VerificationKey.of(pem(text)));
      }
      List<JWK> keys = jwks(content);
      for (JWK key : keys) {
        requirePublic(key);
      }
      return keys.stream().map(VerificationKey::of).toList();
    } catch (IllegalArgumentException wrong) {
      throw new IllegalArgumentException(what + ": " + wrong.getMessage());
    }
  }

  /**
   * The secret that a file holds: a JWK of type {@code oct}, or the bytes of the file without one
   * line break at its end.
   *
   * @throws IllegalArgumentException as {@link #keys}, and if it is short or weak
   */
  static List<VerificationKey> secret(Path file) {
    String what = "secret file: " + file;
    byte[] content = read(what, file);
    try {
      String text = new String(content, StandardCharsets.ISO_8859_1);
      if (text.startsWith(PEM) || text.startsWith("ssh-")) {
        // A public key as a secret: whoever knows it signs what they like.
        throw new IllegalArgumentException(
            "a key pair's (expected: a secret; a public key is for keyFile)");
      }
      if (text.startsWith("{")) {
        List<JWK> keys = jwks(content);
        if (!keys.stream().allMatch(key -> key.getKeyType().equals(KeyType.OCT))) {
          throw new IllegalArgumentException("a JWK of another type (expected: \"kty\": \"oct\")");
        }
        return keys.stream().map(VerificationKey::of).toList();
      }
      return List.of(VerificationKey.ofSecret(withoutLineBreak(content)));
    } catch (IllegalArgumentException wrong) {
      throw new IllegalArgumentException(what + ": " + wrong.getMessage());
    }
  }

  /** A public key of the JDK as a JWK. */
  static JWK jwk(PublicKey key) {
    return switch (key) {
      case RSAPublicKey rsa -> new RSAKey.Builder(rsa).build();
      case ECPublicKey ec -> {
        Curve curve = Curve.forECParameterSpec(ec.getParams());
        if (curve == null) {
          throw new IllegalArgumentException("public key: unknown curve (expected: P-256)");
        }
        yield new ECKey.Builder(curve, ec).build();
      }
      case EdECPublicKey edwards when edwards.getParams().getName().equals("Ed25519") ->
          Ed25519.jwk(edwards).build();
      default ->
          throw new IllegalArgumentException(
              "public key: " + key.getAlgorithm() + " (expected: RSA, EC on P-256, or Ed25519)");
    };
  }

  /**
   * The JWK in a text.
   *
   * @throws IllegalArgumentException if it holds none; the message shows nothing of it
   */
  static JWK jwk(byte[] json) {
    Map<String, @Nullable Object> object = StrictJson.object(json);
    if (object == null || object.get("kty") == null) {
      throw new IllegalArgumentException(
          "no key (expected: a JWK, as switchboard token key makes)");
    }
    return jwk(object);
  }

  static JWK jwk(Map<?, ?> object) {
    try {
      Map<String, Object> copy = new LinkedHashMap<>();
      object.forEach((name, value) -> copy.put((String) name, value));
      return JWK.parse(copy);
    } catch (ParseException | IllegalArgumentException | IllegalStateException wrong) {
      throw new IllegalArgumentException("a broken JWK (expected: RFC 7517)"); // may quote it
    }
  }

  private static List<JWK> jwks(byte[] json) {
    Map<String, @Nullable Object> object = StrictJson.object(json);
    if (object == null) {
      throw new IllegalArgumentException("no key (expected: a JWK, a JWK set, or PEM)");
    }
    if (!(object.get("keys") instanceof List<?> list)) {
      return List.of(jwk(json));
    }
    List<JWK> keys = new ArrayList<>();
    for (Object each : list) {
      if (!(each instanceof Map<?, ?> key)) {
        throw new IllegalArgumentException("a broken JWK set (expected: RFC 7517 §5)");
      }
      keys.add(jwk(key));
    }
    if (keys.isEmpty()) {
      throw new IllegalArgumentException("an empty JWK set (expected: a key in it)");
    }
    return keys;
  }

  private static void requirePublic(JWK key) {
    if (key.isPrivate() && !key.getKeyType().equals(KeyType.OCT)) {
      throw new IllegalArgumentException(
          "a private key, which a server has no use for"
              + " (expected: the public half; print it with: switchboard token public --key FILE)");
    }
  }

  private static JWK pem(String text) {
    Matcher found = PUBLIC_KEY.matcher(text);
    if (!found.matches()) {
      throw new IllegalArgumentException(
          "PEM, but not of one public key (expected: BEGIN PUBLIC KEY;"
              + " openssl pkey -pubout and openssl x509 -pubkey -noout print it)");
    }
    byte[] der;
    try {
      der = Base64.getMimeDecoder().decode(found.group(1));
    } catch (IllegalArgumentException wrong) {
      throw new IllegalArgumentException("broken PEM (expected: base64)");
    }
    for (String kind : List.of("RSA", "EC", "Ed25519")) {
      try {
        return jwk(KeyFactory.getInstance(kind).generatePublic(new X509EncodedKeySpec(der)));
      } catch (GeneralSecurityException other) {
        // perhaps of the next kind
      }
    }
    throw new IllegalArgumentException("PEM of an unknown key (expected: RSA, EC or Ed25519)");
  }

  static byte[] read(String what, Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] content = in.readNBytes(MAX_BYTES + 1);
      if (content.length > MAX_BYTES) {
        throw new IllegalArgumentException(what + ": too large (expected: at most 64 KiB)");
      }
      return content;
    } catch (IOException failed) {
      throw new IllegalArgumentException(
          what + ": can't be read (expected: a file that this user may read)", failed);
    }
  }

  private static byte[] withoutLineBreak(byte[] content) {
    int end = content.length;
    if (end > 0 && content[end - 1] == '\n') {
      end--;
      if (end > 0 && content[end - 1] == '\r') {
        end--;
      }
    }
    return Arrays.copyOf(content, end);
  }
}
