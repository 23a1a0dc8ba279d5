package dev.switchboard.transport.netty.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The header of the PROXY protocol, versions 1 and 2, with which a proxy names the client that it
 * carries (haproxy.org, doc/proxy-protocol.txt). Immutable.
 *
 * @param source the client's address; null if the proxy speaks for itself, as in a health check, or
 *     for a client that has no IP address
 */
record ProxyHeader(@Nullable InetSocketAddress source) {
  private static final byte[] SIGNATURE_2 = {
    0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a
  };
  private static final byte[] SIGNATURE_1 = "PROXY ".getBytes(StandardCharsets.US_ASCII);
  private static final int HEAD_2 = 16;

  /** Version 1 is one line of at most so many bytes (§2.1). */
  private static final int MAX_1 = 107;

  /** More than any proxy adds to the addresses, such as the name of a certificate. */
  private static final int MAX_2 = 4096;

  private static final Pattern TCP =
      Pattern.compile("PROXY TCP([46]) (\\S+) (\\S+) (\\d{1,5}) (\\d{1,5})");

  /** The bytes are not a PROXY header. */
  static final class MalformedHeader extends Exception {
    private static final long serialVersionUID = 1;

    MalformedHeader(String why) {
      super(why, null, false, false);
    }
  }

  /**
   * Removes a header from the bytes and returns it; null if it is not complete.
   *
   * @throws MalformedHeader if the bytes can't begin one
   */
  static @Nullable ProxyHeader take(ByteBuf in) throws MalformedHeader {
    if (begins(in, SIGNATURE_2)) {
      return second(in);
    }
    if (begins(in, SIGNATURE_1)) {
      return first(in);
    }
    throw new MalformedHeader("PROXY protocol: no header");
  }

  /** Whether the bytes begin with the signature, as far as they go. */
  private static boolean begins(ByteBuf in, byte[] signature) {
    int length = Math.min(signature.length, in.readableBytes());
    for (int i = 0; i < length; i++) {
      if (in.getByte(in.readerIndex() + i) != signature[i]) {
        return false;
      }
    }
    return true;
  }

  private static @Nullable ProxyHeader first(ByteBuf in) throws MalformedHeader {
    int most = Math.min(MAX_1, in.readableBytes());
    int end = in.indexOf(in.readerIndex(), in.readerIndex() + most, (byte) '\n');
    if (end < 0) {
      if (most == MAX_1) {
        throw new MalformedHeader("PROXY protocol: a line longer than " + MAX_1 + " bytes");
      }
      return null;
    }
    String line =
        in.readCharSequence(end + 1 - in.readerIndex(), StandardCharsets.US_ASCII).toString();
    if (!line.endsWith("\r\n")) {
      throw new MalformedHeader("PROXY protocol: a line that does not end with CR LF");
    }
    if (line.equals("PROXY UNKNOWN\r\n") || line.startsWith("PROXY UNKNOWN ")) {
      return new ProxyHeader(null);
    }
    Matcher tcp = TCP.matcher(line.substring(0, line.length() - 2));
    if (!tcp.matches()) {
      throw new MalformedHeader("PROXY protocol: a malformed line");
    }
    boolean four = tcp.group(1).equals("4");
    requireAddress(four, tcp.group(3));
    requirePort(tcp.group(5));
    return new ProxyHeader(
        new InetSocketAddress(requireAddress(four, tcp.group(2)), requirePort(tcp.group(4))));
  }

  private static InetAddress requireAddress(boolean four, String text) throws MalformedHeader {
    boolean valid = four ? NetUtil.isValidIpV4Address(text) : NetUtil.isValidIpV6Address(text);
    InetAddress address = valid ? NetUtil.createInetAddressFromIpAddressString(text) : null;
    if (address == null) {
      throw new MalformedHeader("PROXY protocol: a malformed address");
    }
    return address;
  }

  private static int requirePort(String text) throws MalformedHeader {
    int port = Integer.parseInt(text);
    if (port > 65_535) {
      throw new MalformedHeader("PROXY protocol: a port above 65535");
    }
    return port;
  }

  private static @Nullable ProxyHeader second(ByteBuf in) throws MalformedHeader {
    if (in.readableBytes() < HEAD_2) {
      return null;
    }
    int at = in.readerIndex();
    int version = in.getUnsignedByte(at + 12) >> 4;
    int command = in.getUnsignedByte(at + 12) & 0x0f;
    int family = in.getUnsignedByte(at + 13) >> 4;
    int length = in.getUnsignedShort(at + 14);
    if (version != 2 || command > 1 || family > 3) {
      throw new MalformedHeader("PROXY protocol: an unknown version, command or family");
    }
    if (length > MAX_2) {
      throw new MalformedHeader("PROXY protocol: a header of " + length + " bytes");
    }
    boolean local = command == 0; // the proxy itself, whatever the addresses are (§2.2)
    int bytes = family == 1 ? 4 : family == 2 ? 16 : 0;
    if (!local && length < 2 * bytes + (bytes == 0 ? 0 : 4)) {
      throw new MalformedHeader("PROXY protocol: addresses that are cut off");
    }
    if (in.readableBytes() < HEAD_2 + length) {
      return null;
    }
    in.skipBytes(HEAD_2 + length);
    if (local || bytes == 0) {
      return new ProxyHeader(null);
    }
    try {
      InetAddress source = InetAddress.getByAddress(ByteBufUtil.getBytes(in, at + HEAD_2, bytes));
      return new ProxyHeader(
          new InetSocketAddress(source, in.getUnsignedShort(at + HEAD_2 + 2 * bytes)));
    } catch (UnknownHostException impossible) {
      throw new IllegalStateException("4 or 16 bytes are an address", impossible);
    }
  }
}
