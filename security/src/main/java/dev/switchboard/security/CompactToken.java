package dev.switchboard.security;

import com.nimbusds.jose.util.Base64URL;
import dev.switchboard.spi.AuthenticationException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A signed token in compact form (RFC 7515 §7.1), taken apart and not yet believed: its claims are
 * read only after a key has verified it. Immutable.
 *
 * <p>Of the header, nothing is used but {@code alg}, to be compared with the algorithm of a key,
 * {@code kid}, to be compared with the ids of keys, and {@code typ}. Keys and addresses of keys in
 * it ({@code jwk}, {@code jku}, {@code x5u}, {@code x5c}) are ignored.
 */
final class CompactToken {
  /** Servers take no longer headers either. */
  static final int MAX_BYTES = 8192;

  private static final int MAX_KID = 256;

  private final Map<String, @Nullable Object> header;
  private final String text;
  private final int payloadAt;
  private final int signatureAt;

  private CompactToken(
      Map<String, @Nullable Object> header, String text, int payloadAt, int signatureAt) {
    this.header = header;
    this.text = text;
    this.payloadAt = payloadAt;
    this.signatureAt = signatureAt;
  }

  /**
   * Takes a token apart.
   *
   * @throws AuthenticationException if it is none, or demands what is not supported
   */
  static CompactToken parse(String text) throws AuthenticationException {
    if (text.length() > MAX_BYTES) {
      throw refused("longer than 8 KiB");
    }
    int first = text.indexOf('.');
    int second = text.indexOf('.', first + 1);
    if (first < 1 || second <= first + 1) {
      throw refused("not a signed JWT");
    }
    if (text.indexOf('.', second + 1) >= 0) {
      throw refused("encrypted or not a JWT (expected: a signed one)");
    }
    byte[] json = decoded(text, 0, first);
    Map<String, @Nullable Object> header = json == null ? null : StrictJson.object(json);
    if (header == null || !encoded(text, first + 1, second)) {
      throw refused("not a signed JWT");
    }
    CompactToken token = new CompactToken(header, text, first + 1, second + 1);
    token.check();
    return token;
  }

  private void check() throws AuthenticationException {
    if (!(header.get("alg") instanceof String alg)) {
      throw refused("no alg");
    }
    if (alg.strip().toLowerCase(Locale.ROOT).equals("none") || signatureAt == text.length()) {
      throw refused("not signed");
    }
    if (!encoded(text, signatureAt, text.length())) {
      throw refused("not a signed JWT");
    }
    for (String demand : new String[] {"crit", "zip", "enc", "b64"}) {
      if (header.containsKey(demand)) {
        throw refused(demand + " is not supported");
      }
    }
    if (header.containsKey("kid")
        && !(header.get("kid") instanceof String kid && kid.length() <= MAX_KID)) {
      throw refused("kid is not a short string");
    }
  }

  String algorithm() {
    return (String) Objects.requireNonNull(header.get("alg"));
  }

  /** The id of the key, as the token has it: for comparing only, never shown. */
  @Nullable String keyId() {
    return (String) header.get("kid");
  }

  /** Whether {@code typ} says so; {@code application/} may stand before it (RFC 7515 §4.1.9). */
  boolean hasType(String type) {
    return header.get("typ") instanceof String typ
        && (typ.equalsIgnoreCase(type) || typ.equalsIgnoreCase("application/" + type));
  }

  /** Whether the key signed it, with the algorithm of the key. */
  boolean isSignedWith(VerificationKey key) {
    return key.algorithm().isNamed(algorithm())
        && key.verifies(
            text.substring(0, signatureAt - 1).getBytes(StandardCharsets.US_ASCII),
            new Base64URL(text.substring(signatureAt)));
  }

  /** The claims; to be called when a key has verified the token. */
  Map<String, @Nullable Object> claims() throws AuthenticationException {
    byte[] json = decoded(text, payloadAt, signatureAt - 1);
    Map<String, @Nullable Object> claims = json == null ? null : StrictJson.object(json);
    if (claims == null) {
      throw refused("claims are not a JSON object");
    }
    return claims;
  }

  /** Without the token. */
  @Override
  public String toString() {
    return "CompactToken[" + text.length() + " bytes]";
  }

  static AuthenticationException refused(String why) {
    return AuthenticationException.refused("token: " + why);
  }

  private static byte @Nullable [] decoded(String text, int from, int to) {
    return encoded(text, from, to) ? Base64.getUrlDecoder().decode(text.substring(from, to)) : null;
  }

  /** Whether it is the one base64url text of some bytes: no padding, no bits left over. */
  private static boolean encoded(String text, int from, int to) {
    int last = 0;
    for (int i = from; i < to; i++) {
      last = digit(text.charAt(i));
      if (last < 0) {
        return false;
      }
    }
    return switch ((to - from) % 4) {
      case 1 -> false;
      case 2 -> (last & 0xf) == 0;
      case 3 -> (last & 0x3) == 0;
      default -> true;
    };
  }

  private static int digit(char c) {
    if (c >= 'A' && c <= 'Z') {
      return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
      return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
      return c - '0' + 52;
    }
    return c == '-' ? 62 : c == '_' ? 63 : -1;
  }
}
