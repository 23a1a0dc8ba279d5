package dev.switchboard.encryption;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.DecryptionException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Tag;

/** Texts that nobody encrypted. */
@Tag("A16")
class JweFuzzTest {
  private static final MessageEncryption ENCRYPTION = new MessageEncryption(Vectors.ring(), 0);
  private static final Binding BINDING = new Binding(Address.room("general"), "ann", "chat");

  /** Whatever text comes, it is refused with a reason. */
  @FuzzTest(maxDuration = "3m")
  void aTextIsRefused(byte[] input) {
    String text = new String(input, StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> ENCRYPTION.decrypt(text, BINDING, 1))
        .isInstanceOf(DecryptionException.class)
        .hasNoCause();
  }
}
