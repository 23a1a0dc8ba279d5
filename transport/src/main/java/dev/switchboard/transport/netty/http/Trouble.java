package dev.switchboard.transport.netty.http;

import io.netty.handler.ssl.NotSslRecordException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.security.cert.CertificateException;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Describes why connecting failed and what to do about it. Stateless. */
public final class Trouble {
  /** The prefix that Netty's native sockets put before the system's message. */
  private static final Pattern ERRNO =
      Pattern.compile("^[a-zA-Z]+\\(\\.\\.\\) failed with error\\(-?\\d+\\): ");

  private Trouble() {}

  /** Describes why a socket did not connect. */
  public static String connecting(InetSocketAddress to, Throwable cause) {
    String where = to.getAddress().getHostAddress() + ":" + to.getPort();
    String said = plain(cause);
    String lower = said.toLowerCase(Locale.ROOT);
    if (cause instanceof ConnectException && lower.contains("refused")) {
      return "connect: nothing listens at "
          + where
          + " (expected: a server; is it running, and is this its port?)";
    }
    if (lower.contains("timed out")) {
      return "connect: no answer from "
          + where
          + " (expected: a server; is a firewall in the way?)";
    }
    if (cause instanceof NoRouteToHostException || lower.contains("unreachable")) {
      return "connect: "
          + where
          + " can't be reached from here (expected: a network that leads there)";
    }
    return "connect: " + where + ": " + said;
  }

  /** Describes why the TLS handshake failed. */
  static String tls(String host, @Nullable Throwable cause) {
    if (cause instanceof NotSslRecordException) {
      return "TLS with "
          + host
          + ": the server does not speak TLS at this port (expected: one that does, or ws://)";
    }
    for (Throwable each = cause; each != null; each = each.getCause()) {
      if (each instanceof CertificateException) {
        return "TLS with "
            + host
            + ": its certificate is not trusted here: "
            + each.getMessage()
            + " (expected: one for this host, from an authority that is trusted)";
      }
    }
    return "TLS with " + host + ": " + (cause == null ? "failed" : plain(cause));
  }

  /** Returns an exception's message without Netty's prefix. */
  static String plain(Throwable cause) {
    String message = cause.getMessage();
    return message == null
        ? cause.getClass().getSimpleName()
        : ERRNO.matcher(message).replaceFirst("");
  }
}
