package dev.switchboard.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.client.engine.SharedLoops;
import dev.switchboard.protocol.ConnectFailedException;
import dev.switchboard.server.RawEndpoint;
import dev.switchboard.server.Server;
import dev.switchboard.transport.ProxyServer;
import dev.switchboard.transport.Resolver;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The ways to a server: through proxies, and to names with several addresses. */
@Tag("A2")
class RouteTest {
  private final Server server =
      Server.builder()
          .host("127.0.0.1")
          .port(0)
          .endpoint("/raw", RawEndpoint.create().onText((peer, text) -> echo(peer.send(text))))
          .start();

  private static void echo(CompletionStage<Void> sent) {
    assertThat(sent).isNotNull();
  }

  private String uri(String host) {
    return "ws://" + host + ":" + server.port() + "/raw";
  }

  private static void talks(RawClient client) throws InterruptedException {
    BlockingQueue<String> back = new LinkedBlockingQueue<>();
    client.onText(back::add);
    client.connect();
    client.send("hello");
    assertThat(back.poll(5, TimeUnit.SECONDS)).isEqualTo("hello");
  }

  private static Resolver resolver(String... addresses) {
    return host -> {
      assertThat(host).isEqualTo("several.test");
      List<InetAddress> all = new ArrayList<>();
      for (String address : addresses) {
        all.add(InetAddress.getByName(address));
      }
      return all;
    };
  }

  @AfterEach
  void nothingIsLeft() {
    server.close();
    assertThat(SharedLoops.users()).isZero();
  }

  @Test
  void anHttpProxyIsAskedForTheServerByName() throws Exception {
    try (SmallProxy proxy = new SmallProxy(false, "");
        RawClient client =
            Client.raw()
                .proxy(ProxyServer.http("127.0.0.1", proxy.port()))
                .build(uri("only-the-proxy.test"))) {
      talks(client);
      assertThat(proxy.asked).containsExactly("only-the-proxy.test:" + server.port());
    }
  }

  @Test
  void aSocksProxyIsAskedForTheServerByNameOrAddress() throws Exception {
    for (String host : List.of("only-the-proxy.test", "127.0.0.1")) {
      try (SmallProxy proxy = new SmallProxy(true, "");
          RawClient client =
              Client.raw().proxy(ProxyServer.socks5("127.0.0.1", proxy.port())).build(uri(host))) {
        talks(client);
        assertThat(proxy.asked).containsExactly(host + ":" + server.port());
      }
    }
  }

  @Test
  void aProxyThatWantsToKnowWhoIsToldAndOnlyThen() throws Exception {
    for (boolean socks : new boolean[] {true, false}) {
      try (SmallProxy proxy = new SmallProxy(socks, "ann:secret")) {
        ProxyServer open =
            socks
                ? ProxyServer.socks5("127.0.0.1", proxy.port())
                : ProxyServer.http("127.0.0.1", proxy.port());
        try (RawClient client = Client.raw().proxy(open.as("ann", "secret")).build(uri("x.test"))) {
          talks(client);
        }
        assertThatThrownBy(() -> Client.raw().proxy(open).connect(uri("x.test")))
            .isInstanceOf(ConnectFailedException.class)
            .hasMessageContaining("proxy 127.0.0.1");
        assertThat(open.as("ann", "secret").toString()).doesNotContain("secret");
      }
    }
  }

  @Test
  void aProxyThatIsNotThereIsAFailureThatMayPass() throws Exception {
    int nobody;
    try (ServerSocket free = new ServerSocket(0)) {
      nobody = free.getLocalPort();
    }
    assertThatThrownBy(
            () -> Client.raw().proxy(ProxyServer.http("127.0.0.1", nobody)).connect(uri("x.test")))
        .isInstanceOfSatisfying(
            ConnectFailedException.class, failed -> assertThat(failed.retryable()).isTrue());
  }

  @Test
  void anAddressThatRefusesIsFollowedByTheNext() throws Exception {
    try (RawClient client =
        Client.raw()
            .resolver(resolver("127.0.0.2", "127.0.0.3", "127.0.0.1"))
            .build(uri("several.test"))) {
      talks(client);
      assertThat(client.connection().remoteAddress()).isNotNull();
    }
  }

  @Test
  void anAddressThatSaysNothingHoldsUpTheNextOnlyForAMoment() throws Exception {
    try (RawClient client =
        Client.raw()
            .connectTimeout(Duration.ofSeconds(8))
            .resolver(resolver("192.0.2.1", "127.0.0.1"))
            .build(uri("several.test"))) {
      talks(client);
    }
  }

  @Test
  void allAddressesRefusingOrNoneAtAllIsAFailure() {
    assertThatThrownBy(() ->
            Client.raw().resolver(resolver("127.0.0.2", "127.0.0.3")).connect(uri("several.test")))
        .isInstanceOf(ConnectFailedException.class);
    assertThatThrownBy(() ->
            Client.raw()
                .resolver(host -> {
                  throw new UnknownHostException(host);
                })
                .connect(uri("nowhere.test")))
        .isInstanceOf(ConnectFailedException.class)
        .hasMessageContaining("no such name");
  }
}
