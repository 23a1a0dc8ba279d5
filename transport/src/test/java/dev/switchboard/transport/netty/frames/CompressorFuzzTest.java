package dev.switchboard.transport.netty.frames;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.switchboard.transport.netty.io.LoopState;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Tag;

/** What we compress, with any terms, comes out of our reader as it went in. */
@Tag("B9")
class CompressorFuzzTest {
  private static final EmbeddedChannel LOOP = new EmbeddedChannel();
  private static final int MOST = 1 << 20;

  @FuzzTest(maxDuration = "3m")
  void whatIsCompressedIsInflatedToTheSame(FuzzedDataProvider input) {
    boolean takesOver = input.consumeBoolean();
    int bits = takesOver ? 15 : input.consumeInt(8, 15);
    DeflateTerms terms = new DeflateTerms(input.consumeInt(1, 9), 0, takesOver, bits, true, "");
    LoopState state = LoopState.of(LOOP.eventLoop());
    Compressor compressor = new Compressor(terms, state);
    Events events = new Events();
    FrameReader reader =
        new FrameReader(
            events,
            UnpooledByteBufAllocator.DEFAULT,
            false,
            false,
            MOST,
            MOST,
            new Decompressor(takesOver, state));
    for (int i = 0; i < 6; i++) {
      byte[] unit = input.consumeBytes(input.consumeInt(0, 600));
      int times = input.consumeInt(1, 200);
      ByteBuf payload = Unpooled.directBuffer(unit.length * times + 1);
      for (int n = 0; n < times; n++) {
        payload.writeBytes(unit);
      }
      send(compressor, payload, reader);
      assertThat(events.told).containsExactly("binary " + ByteBufUtil.hexDump(payload));
      events.told.clear();
      payload.release();
    }
    reader.release();
    compressor.close();
  }

  private static void send(Compressor compressor, ByteBuf payload, FrameReader reader) {
    ByteBuf zipped =
        compressor.wants(payload.readableBytes())
            ? compressor.compress(payload, UnpooledByteBufAllocator.DEFAULT)
            : null;
    ByteBuf body = zipped == null ? payload.duplicate() : zipped;
    ByteBuf frame = Unpooled.directBuffer(body.readableBytes() + 16);
    int first = Frames.FIN | Opcode.BINARY | (zipped == null ? 0 : Frames.RSV1);
    Frames.header(frame, first, body.readableBytes());
    frame.writeBytes(body, body.readerIndex(), body.readableBytes());
    reader.read(frame);
    frame.release();
    if (zipped != null) {
      zipped.release();
    }
  }
}
