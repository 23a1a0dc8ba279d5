package dev.switchboard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Other people's clients and our server: each with each thing its API can do. */
@Tag("slow")
@Tag("B1")
class ForeignClientsTest {
  private static Chromium chromium;

  private final EchoHost host = new EchoHost();
  @TempDir private Path data;

  enum Client {
    NPM_WS,
    JDK,
    OKHTTP,
    JAVA_WEBSOCKET,
    TYRUS,
    CHROMIUM;

    /** Whether its API has pings and fragments. */
    boolean sendsFrames() {
      return this != OKHTTP && this != CHROMIUM;
    }

    boolean deflates() {
      return this != JDK && this != TYRUS;
    }

    Guest open(URI uri, boolean deflate) {
      return switch (this) {
        case NPM_WS -> new NodeGuest(uri, deflate);
        case JDK -> new JdkGuest(uri);
        case OKHTTP -> new OkHttpGuest(uri);
        case JAVA_WEBSOCKET -> new JavaWebSocketGuest(uri, deflate);
        case TYRUS -> new TyrusGuest(uri);
        case CHROMIUM -> new ChromiumGuest(chromium.browser(), uri);
      };
    }
  }

  record Row(Client client, String path) {
    Guest open(EchoHost host) {
      boolean deflate = !path.equals("/plain");
      Guest guest = client.open(host.uri(path), deflate);
      assertThat(guest.extensions().contains("permessage-deflate")).isEqualTo(deflate);
      return guest;
    }
  }

  private static Stream<Row> rows() {
    return Stream.of(Client.values())
        .flatMap(client ->
            Stream.of("/plain", "/deflate", "/takeover")
                .filter(path -> client.deflates() || path.equals("/plain"))
                .map(path -> new Row(client, path)));
  }

  @BeforeAll
  static void openBrowser() {
    chromium = Chromium.start();
  }

  @AfterAll
  static void closeBrowser() {
    chromium.close();
  }

  @AfterEach
  void close() {
    host.close();
  }

  @ParameterizedTest
  @MethodSource("rows")
  void messagesComeBackWhole(Row row) {
    try (Guest guest = row.open(host)) {
      Exchange.messagesComeBackWhole(guest);
    }
  }

  @ParameterizedTest
  @MethodSource("rows")
  void fragmentsArePutTogetherAndPingsAnsweredBothWays(Row row) {
    try (Guest guest = row.open(host)) {
      Exchange.fragmentsArePutTogether(guest, row.client.sendsFrames());
      Exchange.pingsAreAnswered(guest, row.client.sendsFrames());
    }
  }

  @ParameterizedTest
  @MethodSource("rows")
  void codeAndReasonOfACloseArriveBothWays(Row row) {
    try (Guest guest = row.open(host)) {
      guest.end(Exchange.GUEST_CLOSES.code(), Exchange.GUEST_CLOSES.reason());
      assertThat(host.closed()).isEqualTo(Exchange.GUEST_CLOSES);
    }
    try (Guest guest = row.open(host)) {
      Exchange.theHostsCloseArrives(guest);
      assertThat(host.closed().code()).isEqualTo(Exchange.HOST_CLOSES.code());
    }
  }

  @Test
  @Tag("B9")
  void npmWsReadsStreamsThatWeCompress() {
    for (String path : List.of("/deflate", "/takeover")) {
      try (NodeGuest guest = new NodeGuest(host.uri(path), true)) {
        for (int i = 0; i < 20; i++) {
          guest.text("pieces");
          assertThat(guest.next()).isEqualTo(new Guest.Heard.Text(Exchange.LONG));
        }
        guest.read();
        Guest.Heard.Text read = (Guest.Heard.Text) guest.next();
        assertThat(Integer.parseInt(read.text())).isLessThan(Exchange.LONG.length());
      }
    }
  }

  @Test
  @Tag("B7")
  void npmWsTypesTheExchangeOfTheProtocolPage() {
    try (Program server = Program.switchboard("serve", "--port", "0", "--data", data.toString());
        Program node =
            Program.of(
                "node",
                "src/test/node/typed-by-hand.mjs",
                "ws://127.0.0.1:" + server.port() + "/ws")) {
      assertThat(node.ends()).as("%s %s", node.out(), node.err()).isZero();
      assertThat(node.out()).contains("done");
    }
  }
}
