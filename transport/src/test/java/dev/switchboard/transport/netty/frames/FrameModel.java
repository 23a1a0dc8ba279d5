package dev.switchboard.transport.netty.frames;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** RFC 6455 §5 read naively, all bytes at once: what {@link FrameReader} must tell. */
final class FrameModel {
  private static final String PROTOCOL = "violation 1002";
  private static final String NOT_UTF8 = "violation 1007";
  private static final String TOO_BIG = "violation 1009";

  /** One of each range that some lead byte allows. */
  private static final int[] CONTINUATIONS = {0x80, 0x90, 0xa0};

  private final byte[] stream;
  private final boolean masked;
  private final int maxFrame;
  private final int maxMessage;
  private final List<String> told = new ArrayList<>();
  private final ByteArrayOutputStream message = new ByteArrayOutputStream();
  private int at;
  private int kind;

  private FrameModel(byte[] stream, boolean masked, int maxFrame, int maxMessage) {
    this.stream = stream;
    this.masked = masked;
    this.maxFrame = maxFrame;
    this.maxMessage = maxMessage;
  }

  /** What a reader must tell of a stream. */
  static List<String> events(byte[] stream, boolean masked, int maxFrame, int maxMessage) {
    FrameModel model = new FrameModel(stream, masked, maxFrame, maxMessage);
    while (model.frame()) {}
    return model.told;
  }

  /** One frame; whether another may follow. */
  private boolean frame() {
    if (stream.length - at < 2) {
      return false;
    }
    int first = stream[at] & 0xff;
    int second = stream[at + 1] & 0xff;
    int opcode = first & 15;
    boolean control = opcode >= 8;
    boolean proper =
        (first & 0x70) == 0
            && (opcode <= 2 || (opcode >= 8 && opcode <= 10))
            && second > 127 == masked
            && (!control || (first > 127 && (second & 127) <= 125))
            && (control || (opcode == 0) == (kind != 0));
    if (!proper) {
      return tell(PROTOCOL);
    }
    int extended = (second & 127) == 126 ? 2 : (second & 127) == 127 ? 8 : 0;
    int start = at + 2 + extended + (masked ? 4 : 0);
    if (start > stream.length) {
      return false;
    }
    long length = second & 127;
    if (extended > 0) {
      byte[] eight = new byte[8];
      System.arraycopy(stream, at + 2, eight, 8 - extended, extended);
      length = ByteBuffer.wrap(eight).getLong();
      if (length < (extended == 2 ? 126 : 65_536)) {
        return tell(PROTOCOL);
      }
    }
    if (length > maxFrame || (!control && length + message.size() > maxMessage)) {
      return tell(TOO_BIG);
    }
    at = (int) Math.min(stream.length, start + length);
    byte[] payload = unmasked(start);
    boolean whole = payload.length == length;
    return control ? whole && control(opcode, payload) : data(first, payload, whole);
  }

  private byte[] unmasked(int start) {
    byte[] payload = Arrays.copyOfRange(stream, start, at);
    for (int i = 0; masked && i < payload.length; i++) {
      payload[i] ^= stream[start - 4 + i % 4];
    }
    return payload;
  }

  private boolean control(int opcode, byte[] payload) {
    if (opcode != 8) {
      told.add((opcode == 9 ? "ping " : "pong ") + HexFormat.of().formatHex(payload));
      return true;
    }
    int code =
        payload.length == 0
            ? 1005
            : payload.length == 1 ? 0 : ByteBuffer.wrap(payload).getShort() & 0xffff;
    boolean allowed =
        payload.length == 0
            || (code >= 1000 && code <= 1014 && (code < 1004 || code > 1006))
            || (code >= 3000 && code <= 4999);
    if (!allowed) {
      return tell(PROTOCOL);
    }
    byte[] reason = Arrays.copyOfRange(payload, Math.min(2, payload.length), payload.length);
    return tell(
        utf8(reason, true) ? "closing " + code + " " + new String(reason, UTF_8) : NOT_UTF8);
  }

  private boolean data(int first, byte[] payload, boolean whole) {
    kind = (first & 15) == 0 ? kind : first & 15;
    message.writeBytes(payload);
    boolean last = whole && first > 127;
    byte[] all = message.toByteArray();
    if (kind == 1 && !utf8(all, last)) {
      return tell(NOT_UTF8);
    }
    if (last) {
      told.add((kind == 1 ? "text " : "binary ") + HexFormat.of().formatHex(all));
      kind = 0;
      message.reset();
    }
    return whole;
  }

  private static boolean utf8(byte[] bytes, boolean complete) {
    int judged = judge(bytes);
    return judged == 0 || (judged > 0 && !complete);
  }

  /**
   * -1 if the bytes can't become UTF-8 whatever follows, 0 if they are, 1 if something is missing.
   */
  static int judge(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    if (UTF_8.newDecoder().decode(in, CharBuffer.allocate(bytes.length + 1), false).isError()) {
      return -1;
    }
    if (!in.hasRemaining()) {
      return 0;
    }
    // The JDK's decoder looks at a sequence when it is whole, so some end of it must be found.
    byte[] half = Arrays.copyOfRange(bytes, in.position(), bytes.length);
    return completes(half, 4 - half.length) ? 1 : -1;
  }

  private static boolean completes(byte[] half, int more) {
    byte[] longer = Arrays.copyOf(half, half.length + 1);
    for (int i = 0; i < CONTINUATIONS.length && more > 0; i++) {
      longer[half.length] = (byte) CONTINUATIONS[i];
      boolean whole = new String(longer, UTF_8).codePoints().count() == 1;
      if ((whole && Arrays.equals(new String(longer, UTF_8).getBytes(UTF_8), longer))
          || completes(longer, more - 1)) {
        return true;
      }
    }
    return false;
  }

  private boolean tell(String end) {
    told.add(end);
    return false;
  }
}
