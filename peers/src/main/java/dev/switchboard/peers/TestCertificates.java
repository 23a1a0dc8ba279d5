package dev.switchboard.peers;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Keys and certificates in a folder, made by the JDK's keytool: for each name, NAME.crt and
 * NAME.key in PEM format, and both in NAME.p12. Not thread-safe.
 */
public final class TestCertificates {
  /** The password of all PKCS#12 files. */
  public static final String PASSWORD = "secret1";

  private final Path folder;

  /** Makes them in an existing folder. */
  public TestCertificates(Path folder) {
    this.folder = folder;
  }

  /** Makes a key and a self-signed certificate of a host. */
  public TestCertificates selfSigned(String name, String host)
      throws IOException, GeneralSecurityException {
    return make(name, "-ext", "san=dns:" + host, "-ext", "bc:c");
  }

  /**
   * Makes a key and a certificate that another of these signs.
   *
   * @param names as keytool writes them: {@code dns:localhost}, {@code email:ann@example.com}
   */
  public TestCertificates signed(String name, String by, String names)
      throws IOException, GeneralSecurityException {
    return make(name, "-ext", "san=" + names, "-signer", by);
  }

  private TestCertificates make(String name, String... more)
      throws IOException, GeneralSecurityException {
    Path all = folder.resolve("all.keys");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                name,
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + name,
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-keystore",
                all.toString(),
                "-storepass",
                PASSWORD));
    command.addAll(List.of(more));
    Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      if (!keytool.waitFor(60, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
        throw new IOException(
            new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
      }
    } catch (InterruptedException stopped) {
      throw new IllegalStateException(stopped);
    }
    KeyStore made = load(all);
    Key key = made.getKey(name, PASSWORD.toCharArray());
    Certificate[] chain = made.getCertificateChain(name);
    StringBuilder certificates = new StringBuilder();
    for (Certificate certificate : chain) {
      certificates.append(pem("CERTIFICATE", certificate.getEncoded()));
    }
    Files.writeString(folder.resolve(name + ".crt"), certificates);
    Files.writeString(folder.resolve(name + ".key"), pem("PRIVATE KEY", key.getEncoded()));
    KeyStore one = KeyStore.getInstance("PKCS12");
    one.load(null, null);
    one.setKeyEntry(name, key, PASSWORD.toCharArray(), chain);
    try (OutputStream out = Files.newOutputStream(folder.resolve(name + ".p12"))) {
      one.store(out, PASSWORD.toCharArray());
    }
    return this;
  }

  private static KeyStore load(Path file) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, PASSWORD.toCharArray());
    }
    return store;
  }

  private static String pem(String what, byte[] der) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN " + what + "-----\n" + body + "\n-----END " + what + "-----\n";
  }

  /** Returns a TLS client that trusts the certificate of a name and presents none. */
  public SSLContext client(String trusted) throws IOException, GeneralSecurityException {
    KeyStore trust = KeyStore.getInstance("PKCS12");
    trust.load(null, null);
    trust.setCertificateEntry(
        trusted, load(folder.resolve(trusted + ".p12")).getCertificate(trusted));
    TrustManagerFactory trusting =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trusting.init(trust);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trusting.getTrustManagers(), null);
    return context;
  }
}
