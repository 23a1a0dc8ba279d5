package dev.switchboard.transport;

import java.util.Arrays;

/**
 * Reads the symbols of compressed messages (RFC 1951) without inflating them, to learn how far back
 * they refer: a peer with a small window could not follow further.
 */
final class Distances {
  private static final int[] ORDER = {
    16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15
  };

  private final byte[] bytes;
  private long bit;
  private int farthest;

  private Distances(byte[] bytes) {
    this.bytes = bytes;
  }

  /** The farthest reference in a message's payload, 0 if there is none. */
  static int farthest(byte[] payload) {
    byte[] whole = Arrays.copyOf(payload, payload.length + 4);
    whole[whole.length - 1] = (byte) 0xff;
    whole[whole.length - 2] = (byte) 0xff;
    Distances reading = new Distances(whole);
    while (reading.bit < 8L * whole.length) {
      reading.block();
    }
    return reading.farthest;
  }

  private int bits(int count) {
    int value = 0;
    for (int i = 0; i < count; i++, bit++) {
      value |= (bytes[(int) (bit >>> 3)] >>> (bit & 7) & 1) << i;
    }
    return value;
  }

  private void block() {
    boolean last = bits(1) == 1;
    switch (bits(2)) {
      case 0 -> {
        align();
        int length = bits(16);
        bit += 8L * length + 16;
      }
      case 1 -> {
        int[] literals = new int[288];
        Arrays.fill(literals, 0, 144, 8);
        Arrays.fill(literals, 144, 256, 9);
        Arrays.fill(literals, 256, 280, 7);
        Arrays.fill(literals, 280, 288, 8);
        int[] distances = new int[30];
        Arrays.fill(distances, 5);
        symbols(new Code(literals), new Code(distances));
      }
      case 2 -> dynamic();
      default -> throw new AssertionError("block of no kind at bit " + bit);
    }
    if (last) {
      align();
    }
  }

  private void align() {
    bit = (bit + 7) & ~7L;
  }

  private void dynamic() {
    int literals = bits(5) + 257;
    int distances = bits(5) + 1;
    int[] words = new int[19];
    for (int i = 0, count = bits(4) + 4; i < count; i++) {
      words[ORDER[i]] = bits(3);
    }
    Code code = new Code(words);
    int[] lengths = new int[literals + distances];
    for (int i = 0; i < lengths.length; ) {
      int symbol = code.next(this);
      int times =
          symbol < 16 ? 1 : symbol == 16 ? 3 + bits(2) : symbol == 17 ? 3 + bits(3) : 11 + bits(7);
      Arrays.fill(lengths, i, i + times, symbol < 16 ? symbol : symbol == 16 ? lengths[i - 1] : 0);
      i += times;
    }
    symbols(
        new Code(Arrays.copyOf(lengths, literals)),
        new Code(Arrays.copyOfRange(lengths, literals, lengths.length)));
  }

  private void symbols(Code literals, Code distances) {
    for (int symbol = literals.next(this); symbol != 256; symbol = literals.next(this)) {
      if (symbol > 256) {
        bits(symbol < 265 || symbol == 285 ? 0 : (symbol - 261) / 4);
        int distance = distances.next(this);
        int extra = distance < 4 ? 0 : distance / 2 - 1;
        int base = distance < 4 ? distance + 1 : ((2 + distance % 2) << extra) + 1;
        farthest = Math.max(farthest, base + bits(extra));
      }
    }
  }

  /** A Huffman code, known by the lengths of its words (RFC 1951 §3.2.2). */
  private static final class Code {
    private final int[] counts = new int[16];
    private final int[] symbols;

    Code(int[] lengths) {
      symbols = new int[lengths.length];
      for (int length : lengths) {
        counts[length]++;
      }
      counts[0] = 0;
      int[] at = new int[17];
      for (int length = 1; length < 16; length++) {
        at[length + 1] = at[length] + counts[length];
      }
      for (int symbol = 0; symbol < lengths.length; symbol++) {
        if (lengths[symbol] > 0) {
          symbols[at[lengths[symbol]]++] = symbol;
        }
      }
    }

    int next(Distances in) {
      int word = 0;
      int first = 0;
      int index = 0;
      for (int length = 1; length < 16; length++) {
        word |= in.bits(1);
        if (word - first < counts[length]) {
          return symbols[index + word - first];
        }
        index += counts[length];
        first = (first + counts[length]) << 1;
        word <<= 1;
      }
      throw new AssertionError("no such word before bit " + in.bit);
    }
  }
}
