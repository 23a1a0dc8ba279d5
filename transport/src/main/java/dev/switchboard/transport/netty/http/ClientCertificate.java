package dev.switchboard.transport.netty.http;

import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** Finds the certificate that a client has presented. */
final class ClientCertificate {
  private ClientCertificate() {}

  /** Returns the verified certificate of a connection's client, or null if it presented none. */
  static @Nullable X509Certificate of(ChannelPipeline pipeline) {
    SslHandler tls = pipeline.get(SslHandler.class);
    SSLEngine engine = tls == null ? null : tls.engine();
    if (engine == null || !(engine.getNeedClientAuth() || engine.getWantClientAuth())) {
      return null;
    }
    try {
      return engine.getSession().getPeerCertificates()[0] instanceof X509Certificate own
          ? own
          : null;
    } catch (SSLPeerUnverifiedException none) {
      return null;
    }
  }
}
