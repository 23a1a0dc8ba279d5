package dev.switchboard.server;

import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.transport.HttpRequest;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.jspecify.annotations.Nullable;

/**
 * Whether a server asks clients for a certificate (mutual TLS), and which ones it accepts: those
 * that an authority of a file has signed. A client that presents another one is refused in the TLS
 * handshake. Handlers see the certificate as {@link HttpRequest#clientCertificate}; {@link
 * #commonName} and {@link #alternativeName} make users of it. Certificates are not looked up in
 * revocation lists, so keep their lives short. Immutable.
 */
public final class ClientCertificates {
  /** Clients are not asked. */
  static final ClientCertificates NONE = new ClientCertificates(null, ClientAuth.NONE);

  /**
   * E-mail addresses, DNS names and URIs, among the kinds of alternative names (RFC 5280 §4.2.1.6).
   */
  private static final Set<Integer> NAMES = Set.of(1, 2, 6);

  private final @Nullable Path authorities; // null if clients are not asked
  private final ClientAuth asked;

  private ClientCertificates(@Nullable Path authorities, ClientAuth asked) {
    this.authorities = authorities;
    this.asked = asked;
  }

  /**
   * Demands a certificate. A client without one can't connect at all, not even to plain HTTP.
   *
   * @param authorities a PEM file with the certificates of the trusted authorities
   */
  public static ClientCertificates required(Path authorities) {
    return new ClientCertificates(authorities, ClientAuth.REQUIRE);
  }

  /**
   * Asks for a certificate. A client without one connects, and {@link
   * HttpRequest#clientCertificate} is empty.
   *
   * @param authorities a PEM file with the certificates of the trusted authorities
   */
  public static ClientCertificates wanted(Path authorities) {
    return new ClientCertificates(authorities, ClientAuth.OPTIONAL);
  }

  /**
   * Returns an identifier that names users by the common name (CN) of their certificate's subject,
   * until the certificate expires. A request without a certificate is refused with 401, one whose
   * certificate has no common name, several, or one that is no user's name with 403.
   */
  public static Identifier commonName() {
    return request -> verdict(request, ClientCertificates::commonName);
  }

  /**
   * Returns an identifier that names users by the first e-mail address, DNS name or URI among the
   * alternative names (SAN) of their certificate. Otherwise like {@link #commonName}.
   */
  public static Identifier alternativeName() {
    return request -> verdict(request, ClientCertificates::alternativeName);
  }

  @FunctionalInterface
  private interface Naming {
    @Nullable String name(X509Certificate certificate)
        throws InvalidNameException, CertificateParsingException;
  }

  private static Verdict verdict(HttpRequest request, Naming naming) throws Exception {
    X509Certificate certificate = request.clientCertificate().orElse(null);
    if (certificate == null) {
      return Verdict.refuse(401, "no certificate (expected: one for TLS)");
    }
    String name = naming.name(certificate);
    try {
      return name == null
          ? Verdict.refuse(403, "certificate: no name")
          : Verdict.allow(AuthenticatedUser.of(name).until(certificate.getNotAfter().toInstant()));
    } catch (IllegalArgumentException invalid) {
      return Verdict.refuse(403, "certificate: its name cannot be a user's");
    }
  }

  private static @Nullable String commonName(X509Certificate certificate)
      throws InvalidNameException {
    List<Rdn> names =
        new LdapName(certificate.getSubjectX500Principal().getName())
            .getRdns().stream().filter(rdn -> rdn.getType().equalsIgnoreCase("CN")).toList();
    return names.size() == 1 && names.get(0).getValue() instanceof String name ? name : null;
  }

  private static @Nullable String alternativeName(X509Certificate certificate)
      throws CertificateParsingException {
    Collection<List<?>> names = certificate.getSubjectAlternativeNames();
    if (names != null) {
      for (List<?> name : names) {
        if (NAMES.contains(name.get(0)) && name.get(1) instanceof String text) {
          return text;
        }
      }
    }
    return null;
  }

  /** Returns the file of the authorities; null if clients are not asked. */
  @Nullable Path authorities() {
    return authorities;
  }

  /** Makes a server ask its clients. */
  void apply(SslContextBuilder builder) throws IOException {
    if (authorities != null) {
      try (InputStream in = Files.newInputStream(authorities)) {
        builder.trustManager(in).clientAuth(asked);
      }
    }
  }
}
