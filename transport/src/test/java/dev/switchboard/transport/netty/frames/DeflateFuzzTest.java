package dev.switchboard.transport.netty.frames;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.switchboard.transport.netty.io.LoopState;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;

/**
 * Streams of frames where compression was agreed on. The first byte says which side reads (1: a
 * client's, unmasked frames) and whether the peer takes its window over (2), the second where the
 * stream is cut; the rest is the stream.
 */
@Tag("B9")
class DeflateFuzzTest {
  private static final int MAX = 20_000;
  private static final EmbeddedChannel LOOP = new EmbeddedChannel();

  @FuzzTest(maxDuration = "3m")
  void howeverAStreamIsCutTheSameIsInflatedAndNeverTooMuch(byte[] input) {
    if (input.length < 2) {
      return;
    }
    byte[] stream = Arrays.copyOfRange(input, 2, input.length);
    List<String> whole = read(stream, input[0], stream.length);
    assertThat(read(stream, input[0], 1)).isEqualTo(whole);
    assertThat(read(stream, input[0], -input[1])).isEqualTo(whole);
    assertThat(whole).allMatch(event -> event.length() <= "binary ".length() + 2 * MAX);
  }

  private static List<String> read(byte[] stream, int flags, int step) {
    Events events = new Events();
    LoopState state = LoopState.of(LOOP.eventLoop());
    Decompressor decompressor = new Decompressor((flags & 2) != 0, state);
    FrameReader reader =
        new FrameReader(
            events,
            UnpooledByteBufAllocator.DEFAULT,
            (flags & 1) == 0,
            false,
            MAX,
            MAX,
            decompressor);
    Random random = new Random(step);
    for (int at = 0; at < stream.length; ) {
      int next = Math.min(stream.length, at + (step > 0 ? step : 1 + random.nextInt(12)));
      ByteBuf segment = Unpooled.directBuffer(next - at + 32).setIndex(16, 16);
      segment.writeBytes(stream, at, next - at);
      reader.read(segment);
      segment.release();
      at = next;
    }
    reader.release();
    // What is malformed or too much in one go is found in either order, as it is inflated in steps.
    return events.told.stream().map(event -> event.replace("1009", "1007")).toList();
  }
}
