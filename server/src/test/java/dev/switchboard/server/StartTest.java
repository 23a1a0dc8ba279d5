package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How servers are put together, started, and kept running. */
class StartTest {
  @Test
  void aHistoryBesideABrokerIsRefusedAsNobodyWouldUseIt() {
    assertThatThrownBy(() ->
            Server.builder()
                .broker(new LocalBroker(new MemoryHistory()))
                .history(new MemoryHistory()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("history, broker: both given");
    assertThatThrownBy(() ->
            Server.builder()
                .history(new MemoryHistory())
                .broker(new LocalBroker(new MemoryHistory())))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aFolderThatIsNotThereIsRefused() {
    for (String folder : new String[] {"/nope/", "dev/switchboard/", "/dev/switchboard"}) {
      assertThatThrownBy(() -> Server.builder().files(StartTest.class, folder))
          .as(folder)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("folder: " + folder + " (expected: ");
    }
    Server.builder().files(StartTest.class, "/dev/switchboard/server/");
  }

  @Test
  @Tag("slow")
  void aServerKeepsItsProcessAliveUntilItIsClosed() throws Exception {
    try (Host host = Host.start(QuietMain.class)) {
      assertThat(get(host, "/returned")).isEqualTo("main has returned\n");
      assertThat(get(host, "/close")).isEqualTo("closing\n");
      assertThat(host.exitCode()).isZero();
    }
  }

  private static String get(Host host, String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + host.port() + path)).build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }
}
