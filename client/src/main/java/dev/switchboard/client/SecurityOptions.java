package dev.switchboard.client;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.ConnectFailedException;
import dev.switchboard.protocol.MessageCipher;
import dev.switchboard.protocol.client.Tokens;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The options of who a client is, whom it trusts, and what only its peers can read. Confined to one
 * thread.
 *
 * @param <B> the builder
 */
public abstract sealed class SecurityOptions<B extends SecurityOptions<B>> permits ClientBuilder {
  final boolean greeted; // whether the server is a Switchboard server

  // The options: set by the methods below, read by ClientOptions.of.
  @Nullable TokenSupplier token; // null for none
  boolean bindCodes; // whether the tokens are bind codes
  boolean tokenAsMessage; // whether the token goes in a message
  final List<Encryption.Rule> encryption = new ArrayList<>(0);
  final ClientTls tls = new ClientTls();

  SecurityOptions(boolean greeted) {
    this.greeted = greeted;
  }

  abstract B self();

  /**
   * Authenticates with a token, sent in the {@code Authorization: Bearer} header of each upgrade
   * request. There is none by default.
   *
   * <p>The supplier is called before each attempt to connect, and before the token expires; it is
   * then renewed on the open connection. If the server refuses a token permanently (401, 403 or
   * 4501), the supplier is called once more immediately. If it returns the same token, or the other
   * one is refused too, the client stops with a {@link ConnectFailedException} whose message begins
   * with {@code token refused}. A redirect to another host or port is not followed, because the
   * token is not meant for it.
   */
  public B token(TokenSupplier supplier) {
    token = supplier;
    bindCodes = false;
    return self();
  }

  /**
   * Authenticates with bind codes instead of tokens, in a subprotocol {@code
   * switchboard.code.CODE}. A code is good for one attempt to connect, so the supplier, which is
   * called as for {@link #token(TokenSupplier)}, must return a new one each time. Codes consist of
   * letters, digits and {@code -._~}.
   */
  public B bindCode(TokenSupplier codes) {
    token = codes;
    bindCodes = true;
    return self();
  }

  /**
   * Authenticates with bind codes that the client fetches, a new one for each attempt, as {@link
   * BindCode#fetch} does.
   *
   * @param endpoint where the server issues codes, such as {@code
   *     https://chat.example.com/bind-code}
   * @param tokens supplies the tokens that the codes are issued for; called before each fetch
   * @throws IllegalArgumentException if the address is not {@code http://} or {@code https://}
   */
  public B bindCode(URI endpoint, TokenSupplier tokens) {
    return bindCode(BindCode.supplier(endpoint, tokens));
  }

  /**
   * Authenticates with one bind code, such as one that the user has typed. It connects once: a
   * client that loses its connection can't come back with it and stops with a {@link
   * ConnectFailedException}.
   *
   * @throws IllegalArgumentException if it is no bind code
   */
  public B bindCode(String once) {
    if (!Tokens.usableCode(once)) {
      throw new IllegalArgumentException(Tokens.UNUSABLE_CODE);
    }
    return bindCode(() -> CompletableFuture.completedFuture(once));
  }

  /**
   * Like {@link #token(TokenSupplier)}, with a token that never changes.
   *
   * @throws IllegalArgumentException if it is not of 1–16,384 visible ASCII characters
   */
  public B token(String fixed) {
    if (!Tokens.usable(fixed)) {
      throw new IllegalArgumentException(Tokens.UNUSABLE);
    }
    return token(() -> CompletableFuture.completedFuture(fixed));
  }

  /**
   * Sends the token or code in the first message of each connection instead of a header, as clients
   * in browsers do. A {@code resume} follows without waiting for the answer.
   *
   * @throws IllegalArgumentException if the server is not a Switchboard server, as others know no
   *     such message
   */
  public B tokenAsMessage() {
    requireGreeted("tokenAsMessage");
    tokenAsMessage = true;
    return self();
  }

  /**
   * Encrypts everything that is published to matching addresses, and accepts only encrypted
   * messages there: what can't be decrypted, and what is plain, is reported as {@link
   * ClientEvent.DecryptionFailed} and reaches no handler. Nothing else is encrypted. The first call
   * that matches an address applies. Encryption happens on the thread that publishes, before a
   * message is queued or stored in the {@link Outbox}.
   *
   * <p>A message names its sender as the server does. Publishing to such an address therefore
   * throws {@link dev.switchboard.protocol.UnsentException} before the client was first connected,
   * and a message to several rooms can't be encrypted.
   *
   * @param cipher used by this client only, as it notices messages that come twice
   * @throws IllegalArgumentException if the server is not a Switchboard server
   */
  public B encryption(MessageCipher cipher, Predicate<? super Address> where) {
    requireGreeted("encryption");
    encryption.add(new Encryption.Rule(where, cipher));
    return self();
  }

  /** Like {@link #encryption(MessageCipher, Predicate)}, for rooms of these names. */
  public B encryption(MessageCipher cipher, String... rooms) {
    Set<Address> all = Stream.of(rooms).map(Address::room).collect(Collectors.toUnmodifiableSet());
    return encryption(cipher, all::contains);
  }

  /**
   * Trusts the certificates of a PEM file instead of the JDK's, for {@code wss://}. The host name
   * is verified either way.
   *
   * @throws IllegalArgumentException if the file cannot be read
   */
  public B trust(Path certificates) {
    tls.trust(certificates);
    return self();
  }

  /**
   * Presents a certificate to servers that ask for one (mutual TLS), for {@code wss://}. None by
   * default.
   *
   * @param chain a PEM file with the certificate, and those of its authorities after it
   * @param key a PEM file with its unencrypted PKCS#8 key
   * @throws IllegalArgumentException if the files cannot be used
   */
  public B certificate(Path chain, Path key) {
    tls.present(chain, key);
    return self();
  }

  private void requireGreeted(String option) {
    if (!greeted) {
      throw new IllegalArgumentException(option + ": (expected: a Switchboard server)");
    }
  }
}
