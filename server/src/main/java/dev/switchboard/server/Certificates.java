package dev.switchboard.server;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.function.Supplier;
import javax.net.ssl.KeyManagerFactory;

/**
 * A server's certificate and private key, loaded from files. {@link #reload} loads them again: new
 * connections use the new certificate, open ones keep theirs. Supports TLS 1.2 and 1.3.
 * Thread-safe.
 */
public final class Certificates implements Supplier<SslContext> {
  private final Source source;
  private volatile SslContext current; // for new connections; replaced by reload(), on any thread

  private interface Source {
    SslContext read() throws IOException, GeneralSecurityException;
  }

  private Certificates(Source source) {
    this.source = source;
    this.current = load();
  }

  /**
   * Loads a certificate chain and an unencrypted PKCS#8 key, both in PEM format.
   *
   * @throws IllegalArgumentException if they can't be read; the message names the files
   */
  public static Certificates pem(Path chain, Path key) {
    return new Certificates(
        new Source() {
          @Override
          public SslContext read() throws IOException {
            try (InputStream chainIn = Files.newInputStream(chain);
                InputStream keyIn = Files.newInputStream(key)) {
              return SslContextBuilder.forServer(chainIn, keyIn).build();
            }
          }

          @Override
          public String toString() {
            return chain + ", " + key;
          }
        });
  }

  /**
   * Loads a PKCS#12 file with one key.
   *
   * @throws IllegalArgumentException if it can't be read; the message names the file
   */
  public static Certificates pkcs12(Path file, String password) {
    return new Certificates(
        new Source() {
          @Override
          public SslContext read() throws IOException, GeneralSecurityException {
            KeyStore store = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(file)) {
              store.load(in, password.toCharArray());
            }
            KeyManagerFactory keys =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, password.toCharArray());
            return SslContextBuilder.forServer(keys).build();
          }

          @Override
          public String toString() {
            return file.toString();
          }
        });
  }

  private SslContext load() {
    try {
      return source.read();
    } catch (IOException | GeneralSecurityException | IllegalArgumentException failed) {
      throw new IllegalArgumentException(
          "certificates: "
              + source
              + " cannot be used (expected: readable files with a certificate and its key): "
              + failed.getMessage(),
          failed);
    }
  }

  /**
   * Loads the files again.
   *
   * @throws IllegalArgumentException if they can't be read; the previous certificate then stays in
   *     use
   */
  public void reload() {
    current = load();
  }

  /** Returns the context for the next connection. */
  @Override
  public SslContext get() {
    return current;
  }

  @Override
  public String toString() {
    return "Certificates[" + source + "]";
  }
}
