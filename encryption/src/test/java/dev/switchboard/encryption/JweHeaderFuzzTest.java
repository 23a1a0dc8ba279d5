package dev.switchboard.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.DecryptionException;
import java.util.Base64;
import org.junit.jupiter.api.Tag;

/** Headers of encrypted messages that were changed. */
@Tag("A16")
class JweHeaderFuzzTest {
  private static final MessageEncryption ENCRYPTION = new MessageEncryption(Vectors.ring(), 0);
  private static final Binding BINDING = new Binding(Address.room("general"), "ann", "chat");
  private static final String[] GOOD = ENCRYPTION.encrypt("{}", BINDING).split("\\.", -1);

  /** Whatever a header says, it decrypts nothing; what can be read of it is written so again. */
  @FuzzTest(maxDuration = "3m")
  void aHeaderIsReadOrRefused(byte[] input) {
    String encoded = Base64.getUrlEncoder().withoutPadding().encodeToString(input);
    if (!encoded.equals(GOOD[0])) {
      String changed = String.join(".", encoded, GOOD[1], GOOD[2], GOOD[3], GOOD[4]);
      assertThatThrownBy(() -> ENCRYPTION.decrypt(changed, BINDING, 1))
          .isInstanceOf(DecryptionException.class);
    }
    ProtectedHeader header;
    try {
      header = ProtectedHeader.decode(encoded);
    } catch (DecryptionException refused) {
      assertThat(refused).hasNoCause();
      return;
    }
    assertThat(ProtectedHeader.decode(header.encoded())).isEqualTo(header);
  }
}
