package dev.switchboard.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.server.Endpoint;
import dev.switchboard.server.RawEndpoint;
import dev.switchboard.server.Server;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A close happens whatever its reason is: one that does not fit is cut between characters. */
@Tag("A7")
class CloseReasonTest {
  private static final String FITS = "ü".repeat(61);

  private final BlockingQueue<String> ends = new LinkedBlockingQueue<>();

  @ParameterizedTest
  @ValueSource(strings = {"👋", "\uD83D", "too long"})
  void aPeerIsClosed(String rest) throws Exception {
    Endpoint<Talk> typed = Endpoint.of(Talk.class).onOpen(peer -> peer.close(4000, FITS + rest));
    RawEndpoint raw = RawEndpoint.create().onOpen(peer -> peer.close(4000, FITS + rest));
    try (Server server =
            Server.builder().port(0).endpoint("/typed", typed).endpoint("/raw", raw).start();
        Client<Talk> client =
            Client.of(Talk.class)
                .reconnect(Reconnect.never())
                .build("ws://127.0.0.1:" + server.port() + "/typed");
        RawClient plain =
            Client.raw()
                .reconnect(Reconnect.never())
                .build("ws://127.0.0.1:" + server.port() + "/raw")) {
      client.events(ClientEvent.Closed.class, closed -> ends.add(closed.reason()));
      plain.events(ClientEvent.Closed.class, closed -> ends.add(closed.reason()));
      client.connect();
      assertThat(next()).startsWith(FITS);
      plain.connect();
      assertThat(next()).startsWith(FITS);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"👋", "\uD83D", "too long"})
  void aClientCloses(String rest) throws Exception {
    RawEndpoint raw =
        RawEndpoint.create().onClose((peer, code, reason, clean) -> ends.add(code + reason));
    try (Server server = Server.builder().port(0).endpoint("/raw", raw).start();
        RawClient plain = Client.raw().connect("ws://127.0.0.1:" + server.port() + "/raw")) {
      plain.close(4001, FITS + rest);
      assertThat(next()).startsWith("4001" + FITS);
    }
  }

  private String next() throws InterruptedException {
    String end = ends.poll(10, TimeUnit.SECONDS);
    assertThat(end).as("a close within 10 s").isNotNull();
    return String.valueOf(end);
  }
}
