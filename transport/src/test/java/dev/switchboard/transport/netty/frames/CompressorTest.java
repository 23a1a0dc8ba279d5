package dev.switchboard.transport.netty.frames;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.transport.netty.io.LoopState;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Random;
import java.util.zip.Inflater;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("B9")
class CompressorTest {
  private static final EmbeddedChannel LOOP = new EmbeddedChannel();

  /** Gives buffers that don't grow. */
  private static final ByteBufAllocator SCARCE =
      new AbstractByteBufAllocator(true) {
        @Override
        protected ByteBuf newHeapBuffer(int capacity, int limit) {
          return UnpooledByteBufAllocator.DEFAULT.heapBuffer(capacity, capacity);
        }

        @Override
        protected ByteBuf newDirectBuffer(int capacity, int limit) {
          return UnpooledByteBufAllocator.DEFAULT.directBuffer(capacity, capacity);
        }

        @Override
        public boolean isDirectBufferPooled() {
          return false;
        }
      };

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void memoryThatRunsOutWithinAMessageLeavesNothingOfItInTheNext(boolean takesOver)
      throws Exception {
    LoopState state = LoopState.of(LOOP.eventLoop());
    DeflateTerms terms = new DeflateTerms(6, 0, takesOver, 15, true, "");
    Compressor failing = new Compressor(terms, state);
    byte[] noise = new byte[100_000];
    new Random(1).nextBytes(noise);
    ByteBuf payload = Unpooled.wrappedBuffer(noise);
    assertThatThrownBy(() -> failing.compress(payload, SCARCE))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(payload.refCnt()).as("the caller's").isEqualTo(1);
    Compressor next = takesOver ? failing : new Compressor(terms, state);
    assertThat(compressed(next, "hello ".repeat(50))).isEqualTo("hello ".repeat(50));
    failing.close();
  }

  private static String compressed(Compressor compressor, String text) throws Exception {
    ByteBuf zipped =
        Objects.requireNonNull(
            compressor.compress(
                Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8)),
                UnpooledByteBufAllocator.DEFAULT));
    byte[] all = new byte[zipped.readableBytes() + 4];
    zipped.readBytes(all, 0, all.length - 4).release();
    all[all.length - 2] = (byte) 0xff;
    all[all.length - 1] = (byte) 0xff;
    Inflater inflater = new Inflater(true);
    inflater.setInput(all);
    byte[] out = new byte[text.length() + 1];
    int length = inflater.inflate(out);
    inflater.end();
    return new String(out, 0, length, StandardCharsets.UTF_8);
  }
}
