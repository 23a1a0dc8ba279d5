package dev.switchboard.transport.netty.frames;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What waits for the rest of a message costs about as much memory as there is of it. */
@Tag("B11")
class HalfFrameTest {
  @ParameterizedTest
  @ValueSource(ints = {0x01, 0x02, 0x81, 0x82})
  void aLengthThatIsOnlyPromisedTakesNoMemory(int first) {
    AtomicInteger taken = new AtomicInteger();
    var memory =
        new AbstractByteBufAllocator(true) {
          @Override
          protected ByteBuf newHeapBuffer(int capacity, int limit) {
            taken.addAndGet(capacity);
            return UnpooledByteBufAllocator.DEFAULT.heapBuffer(capacity, limit);
          }

          @Override
          protected ByteBuf newDirectBuffer(int capacity, int limit) {
            taken.addAndGet(capacity);
            return UnpooledByteBufAllocator.DEFAULT.directBuffer(capacity, limit);
          }

          @Override
          public boolean isDirectBufferPooled() {
            return false;
          }
        };
    FrameReader reader = new FrameReader(new Events(), memory, false, false, 1 << 20, 1 << 20);
    ByteBuf half = Unpooled.directBuffer(64);
    Frames.header(half, first, 65_536);
    half.writeBytes(new byte[] {'h', 'a', 'l', 'f'});
    reader.read(half);
    assertThat(half.isReadable()).isFalse();
    assertThat(taken.get()).isLessThanOrEqualTo(1_024);
    half.release();
    reader.release();
  }
}
