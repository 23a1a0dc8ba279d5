package dev.switchboard.transport.netty.frames;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;

/**
 * Streams of frames. The first byte says which side reads (1: a client's, unmasked frames) and
 * whether in pieces (2), the second where the stream is cut; the rest is the stream.
 */
@Tag("B2")
class FrameFuzzTest {
  private static final int MAX_FRAME = 70_000;
  private static final int MAX_MESSAGE = 71_000;

  @FuzzTest(maxDuration = "3m")
  void howeverAStreamIsCutItIsReadAsTheStandardSays(byte[] input) {
    if (input.length < 2) {
      return;
    }
    boolean masked = (input[0] & 1) == 0;
    boolean pieces = (input[0] & 2) != 0;
    byte[] stream = Arrays.copyOfRange(input, 2, input.length);
    Events whole = read(stream, masked, pieces, stream.length);
    if (!pieces) {
      List<String> model = FrameModel.events(stream, masked, MAX_FRAME, MAX_MESSAGE);
      assertThat(whole.told).isEqualTo(model);
    }
    assertThat(read(stream, masked, pieces, 1).all()).isEqualTo(whole.all());
    assertThat(read(stream, masked, pieces, -input[1]).all()).isEqualTo(whole.all());
  }

  /** Reads in steps of that size; of random ones if it is not positive. */
  private static Events read(byte[] stream, boolean masked, boolean pieces, int step) {
    Events events = new Events();
    FrameReader reader =
        new FrameReader(
            events, UnpooledByteBufAllocator.DEFAULT, masked, pieces, MAX_FRAME, MAX_MESSAGE);
    Random random = new Random(step);
    for (int at = 0; at < stream.length; ) {
      int next = Math.min(stream.length, at + (step > 0 ? step : 1 + random.nextInt(12)));
      // A copy, with room around it: masking is undone where the bytes lie.
      ByteBuf segment = Unpooled.directBuffer(next - at + 32).setIndex(16, 16);
      segment.writeBytes(stream, at, next - at);
      reader.read(segment);
      assertThat(segment.isReadable()).as("everything is read or skipped").isFalse();
      segment.release();
      at = next;
    }
    reader.release();
    return events;
  }
}
