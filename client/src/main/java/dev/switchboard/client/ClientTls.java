package dev.switchboard.client;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Whom a client trusts, and which certificate it presents. Not thread-safe. */
final class ClientTls {
  private final SslContextBuilder builder = SslContextBuilder.forClient();
  private @Nullable SslContext context; // null until something is set

  /** Returns what has been set so far; null for the JDK's. */
  @Nullable Supplier<SslContext> supplier() {
    SslContext present = context;
    return present == null ? null : () -> present;
  }

  /** Trusts the certificates of a PEM file instead of the JDK's. */
  void trust(Path certificates) {
    try (InputStream in = Files.newInputStream(certificates)) {
      context = builder.trustManager(in).build();
    } catch (IOException | IllegalArgumentException failed) {
      throw new IllegalArgumentException(
          "trust: " + certificates + " cannot be used (expected: a PEM file of certificates)",
          failed);
    }
  }

  /** Presents a certificate to servers that ask for one. */
  void present(Path chain, Path key) {
    try (InputStream chainIn = Files.newInputStream(chain);
        InputStream keyIn = Files.newInputStream(key)) {
      context = builder.keyManager(chainIn, keyIn).build();
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
