package dev.switchboard.transport.netty.frames;

import dev.switchboard.protocol.CloseCode;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Close codes and the payload of close frames (RFC 6455 §5.5.1, §7.4). */
final class Closing {
  static final int NORMAL = 1000;
  static final int PROTOCOL_ERROR = 1002;
  static final int NO_STATUS = 1005;
  static final int ABNORMAL = 1006;
  static final int INVALID_PAYLOAD = 1007;
  static final int TOO_BIG = 1009;
  static final int INTERNAL_ERROR = 1011;
  static final int SLOW_READER = 4008;
  static final int NO_HEARTBEAT = 4009;

  private Closing() {}

  /**
   * Returns the payload of a close frame. A reason that is too long is cut between characters, and
   * an unpaired surrogate is left out: a close must not fail because of its reason.
   */
  static byte[] payload(int code, String reason) {
    CloseCode.requireSendable(code);
    ByteBuffer bytes = ByteBuffer.allocate(Frames.MAX_CONTROL);
    bytes.putShort((short) code);
    CoderResult unused =
        StandardCharsets.UTF_8
            .newEncoder()
            .onMalformedInput(CodingErrorAction.IGNORE)
            .encode(CharBuffer.wrap(reason), bytes, true);
    byte[] payload = new byte[bytes.position()];
    bytes.flip().get(payload);
    return payload;
  }

  /**
   * Returns the code in a close frame's payload: 1005 if the payload is empty, 0 if it is
   * malformed.
   */
  static int code(ByteBuf payload) {
    int length = payload.readableBytes();
    if (length == 0) {
      return NO_STATUS;
    }
    if (length == 1) {
      return 0;
    }
    int code = payload.getUnsignedShort(payload.readerIndex());
    return CloseCode.sendable(code) ? code : 0;
  }
}
