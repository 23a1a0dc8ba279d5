package dev.switchboard.peers;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/** Compression for a {@link BarePeer} (RFC 7692 §7.2). Not thread-safe. */
public final class Zip {
  private final Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
  private final Inflater inflater = new Inflater(true);
  private final boolean keepsOut;
  private final boolean keepsIn;

  /** Creates compression that keeps its context, or not, in both directions. */
  public Zip(boolean keeps) {
    this(keeps, keeps);
  }

  /** Creates compression that keeps its context, or not, per direction. */
  public Zip(boolean keepsOut, boolean keepsIn) {
    this.keepsOut = keepsOut;
    this.keepsIn = keepsIn;
  }

  /** Returns the payload of a compressed message. */
  public byte[] deflate(byte[] plain) {
    if (!keepsOut) {
      deflater.reset();
    }
    if (plain.length == 0) {
      return new byte[1];
    }
    deflater.setInput(plain);
    byte[] out = new byte[plain.length + 1000];
    int length = deflater.deflate(out, 0, out.length, Deflater.SYNC_FLUSH);
    return Arrays.copyOf(out, length - 4);
  }

  /** Returns the plain payload of a message, compressed or not. */
  public byte[] message(BarePeer.Frame frame) throws DataFormatException {
    if (!frame.compressed()) {
      return frame.payload();
    }
    if (!keepsIn) {
      inflater.reset();
    }
    byte[] whole = Arrays.copyOf(frame.payload(), frame.payload().length + 4);
    whole[whole.length - 1] = (byte) 0xff;
    whole[whole.length - 2] = (byte) 0xff;
    inflater.setInput(whole);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] buffer = new byte[1 << 16];
    for (int got = inflater.inflate(buffer); got > 0; got = inflater.inflate(buffer)) {
      out.write(buffer, 0, got);
    }
    return out.toByteArray();
  }

  public void end() {
    deflater.end();
    inflater.end();
  }
}
