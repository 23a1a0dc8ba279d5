package dev.switchboard.transport.netty.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.switchboard.transport.netty.http.ProxyHeader.MalformedHeader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Tag;

/** Whatever stands at the beginning of a proxy's connection. */
@Tag("B3")
class ProxyHeaderFuzzTest {
  @FuzzTest(maxDuration = "3m")
  void howeverAHeaderIsCutItMeansTheSameAndTakesNoMore(byte[] input) {
    ByteBuf whole = Unpooled.wrappedBuffer(input);
    String meaning = read(whole);
    ByteBuf pieces = Unpooled.buffer(input.length);
    String found = "unfinished";
    for (int i = 0; i < input.length && found.equals("unfinished"); i++) {
      pieces.writeByte(input[i]);
      found = read(pieces);
    }
    if (input.length > 0) {
      assertThat(found).isEqualTo(meaning);
    }
    if (meaning.startsWith("client")) {
      assertThat(pieces.readableBytes()).as("nothing of it is left").isZero();
      assertThat(whole.readerIndex()).isEqualTo(pieces.readerIndex());
    }
  }

  private static String read(ByteBuf in) {
    try {
      ProxyHeader header = ProxyHeader.take(in);
      return header == null ? "unfinished" : "client " + header.source();
    } catch (MalformedHeader malformed) {
      return "malformed";
    }
  }
}
