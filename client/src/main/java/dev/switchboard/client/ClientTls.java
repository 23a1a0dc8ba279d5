package dev.switchboard.client;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whom a client trusts, and which certificate it presents. Not thread-safe. */
final class ClientTls {
  private final SslContextBuilder builder = SslContextBuilder.forClient();

  /** Trusts the certificates of a PEM file instead of the JDK's. */
  SslContext trust(Path certificates) {
    try (InputStream in = Files.newInputStream(certificates)) {
      return builder.trustManager(in).build();
    } catch (IOException | IllegalArgumentException failed) {
      throw new IllegalArgumentException(
          "trust: " + certificates + " cannot be used (expected: a PEM file of certificates)",
          failed);
    }
  }

  /** Presents a certificate to servers that ask for one. */
  SslContext present(Path chain, Path key) {
    try (InputStream chainIn = Files.newInputStream(chain);
        InputStream keyIn = Files.newInputStream(key)) {
      return builder.keyManager(chainIn, keyIn).build();
    } catch (IOException | IllegalArgumentException failed) {
      throw new IllegalArgumentException(
          "certificate: "
              + chain
              + ", "
              + key
              + " cannot be used (expected: PEM files of a certificate and its key)",
          failed);
    }
  }
}
