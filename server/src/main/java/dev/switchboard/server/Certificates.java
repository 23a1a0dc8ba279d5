package dev.switchboard.server;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.KeyManagerFactory;

/**
 * A server's certificate and private key, loaded from files, and whom it asks for a certificate.
 * {@link #reload} loads the files again: new connections use the new certificate, open ones keep
 * theirs. Supports TLS 1.2 and 1.3, with suites that encrypt and authenticate in one (AEAD) and
 * have forward secrecy. Thread-safe.
 */
public final class Certificates implements Supplier<SslContext> {
  private static final List<String> SUITES =
      List.of(
          "TLS_AES_128_GCM_SHA256",
          "TLS_AES_256_GCM_SHA384",
          "TLS_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

  private final Source source;
  private final String files; // their names, for messages
  private final ClientCertificates clients;
  private volatile SslContext current; // for new connections; replaced by reload(), on any thread

  @FunctionalInterface
  private interface Source {
    SslContextBuilder read() throws IOException, GeneralSecurityException;
  }

  private Certificates(Source source, String files, ClientCertificates clients) {
    this.source = source;
    this.files = clients.authorities() == null ? files : files + ", " + clients.authorities();
    this.clients = clients;
    this.current = load();
  }

  /**
   * Loads a certificate chain and an unencrypted PKCS#8 key, both in PEM format.
   *
   * @throws IllegalArgumentException if they can't be read; the message names the files
   */
  public static Certificates pem(Path chain, Path key) {
    return pem(chain, key, ClientCertificates.NONE);
  }

  /**
   * Loads a certificate chain and an unencrypted PKCS#8 key, both in PEM format, and asks clients
   * for certificates.
   *
   * @throws IllegalArgumentException if they can't be read; the message names the files
   */
  public static Certificates pem(Path chain, Path key, ClientCertificates clients) {
    return new Certificates(
        () -> {
          try (InputStream chainIn = Files.newInputStream(chain);
              InputStream keyIn = Files.newInputStream(key)) {
            return SslContextBuilder.forServer(chainIn, keyIn);
          }
        },
        chain + ", " + key,
        clients);
  }

  /**
   * Loads a PKCS#12 file with one key.
   *
   * @throws IllegalArgumentException if it can't be read; the message names the file
   */
  public static Certificates pkcs12(Path file, String password) {
    return pkcs12(file, password, ClientCertificates.NONE);
  }

  /**
   * Loads a PKCS#12 file with one key, and asks clients for certificates.
   *
   * @throws IllegalArgumentException if it can't be read; the message names the file
   */
  public static Certificates pkcs12(Path file, String password, ClientCertificates clients) {
    return new Certificates(
        () -> {
          KeyStore store = KeyStore.getInstance("PKCS12");
          try (InputStream in = Files.newInputStream(file)) {
            store.load(in, password.toCharArray());
          }
          KeyManagerFactory keys =
              KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
          keys.init(store, password.toCharArray());
          return SslContextBuilder.forServer(keys);
        },
        file.toString(),
        clients);
  }

  private SslContext load() {
    try {
      SslContextBuilder builder =
          source
              .read()
              .protocols("TLSv1.3", "TLSv1.2")
              .ciphers(SUITES, SupportedCipherSuiteFilter.INSTANCE);
      clients.apply(builder);
      return builder.build();
    } catch (IOException | GeneralSecurityException | IllegalArgumentException failed) {
      throw new IllegalArgumentException(
          "certificates: "
              + files
              + " cannot be used (expected: readable files with a certificate and its key): "
              + failed.getMessage(),
          failed);
    }
  }

  /**
   * Loads the files again, those of the authorities of clients included.
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
    return "Certificates[" + files + "]";
  }
}
