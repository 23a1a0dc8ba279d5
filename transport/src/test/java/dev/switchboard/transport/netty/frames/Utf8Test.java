package dev.switchboard.transport.netty.frames;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("B2")
final class Utf8Test {
  /** Both sides of every boundary that UTF-8 has. */
  private static final int[] EDGES = {
    0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed,
    0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff
  };

  private final ByteBuf bytes = Unpooled.buffer(16);

  @Test
  void allPairsOfBytesAreJudgedAsTheJdkDoes() {
    for (int a = 0; a < 256; a++) {
      for (int b = 0; b < 256; b++) {
        same(a, b);
      }
    }
  }

  @Test
  void fourBytesAroundEveryBoundaryAreJudgedAsTheJdkDoes() {
    for (int a : EDGES) {
      for (int b : EDGES) {
        for (int c : EDGES) {
          for (int d : EDGES) {
            same(a, b, c, d);
          }
        }
      }
    }
  }

  private void same(int... values) {
    bytes.clear();
    byte[] plain = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      plain[i] = (byte) values[i];
    }
    bytes.writeBytes(plain);
    int whole = Utf8.check(Utf8.ACCEPT, bytes, 0, plain.length);
    int expected = FrameModel.judge(plain);
    if (Integer.signum(whole) != expected || Integer.signum(stepped(plain)) != expected) {
      assertThat(whole).as("%s", java.util.Arrays.toString(values)).isEqualTo(expected);
    }
  }

  private int stepped(byte[] plain) {
    int state = Utf8.ACCEPT;
    for (int i = 0; i < plain.length && state != Utf8.REJECT; i++) {
      state = Utf8.check(state, bytes, i, 1);
    }
    return state;
  }
}
