package dev.switchboard.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.peers.BarePeer;
import dev.switchboard.peers.Zip;
import dev.switchboard.server.RawEndpoint;
import dev.switchboard.server.Server;
import dev.switchboard.transport.Deflate;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.zip.DataFormatException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes out in fragments is compressed where that was agreed on (RFC 7692 §7.2.1). */
@Tag("B9")
class DeflatedFragmentsTest {
  private static final int LENGTH = 131_072;
  private static final int COUNT = 20;
  private static final byte[] TEXT =
      "{\"type\":\"chat\",\"room\":\"kitchen\",\"data\":{\"message\":\"the soup is ready\"}}\n"
          .repeat(LENGTH / 70 + 1)
          .substring(0, LENGTH)
          .getBytes(StandardCharsets.UTF_8);

  private static String agreed(boolean takeover) {
    return "Sec-WebSocket-Extensions: permessage-deflate"
        + (takeover ? "" : "; server_no_context_takeover; client_no_context_takeover");
  }

  private static Deflate how(boolean takeover) {
    return takeover ? Deflate.TAKEOVER : Deflate.DEFAULT;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aClientsLargeMessagesAndStreams(boolean takeover) throws Exception {
    try (ServerSocket listening = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        RawClient client =
            Client.raw()
                .deflate(how(takeover))
                .reconnect(Reconnect.never())
                .build("ws://127.0.0.1:" + listening.getLocalPort() + "/")) {
      var unused = client.connectAsync();
      BarePeer peer = BarePeer.accept(listening, agreed(takeover));
      for (int i = 0; i < COUNT; i++) {
        var sent = client.sendAsync(new String(TEXT, StandardCharsets.UTF_8));
        assertThat(sent).isNotNull();
      }
      Messages messages = new Messages(peer, takeover);
      for (int i = 0; i < COUNT; i++) {
        assertThat(messages.next()).isEqualTo(TEXT);
      }
      assertThat(messages.onTheWire).isLessThan((long) COUNT * LENGTH / 20);
      Transfer transfer = client.send(new ByteArrayInputStream(TEXT));
      assertThat(messages.next()).isEqualTo(TEXT);
      transfer.await();
      assertThat(messages.onTheWire).isLessThan((COUNT + 1L) * LENGTH / 20);
      messages.end();
      client.forceClose();
      peer.close();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aClientsStreamThatBeginsWithAFewBytes(boolean takeover) throws Exception {
    try (ServerSocket listening = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        RawClient client =
            Client.raw()
                .deflate(how(takeover))
                .reconnect(Reconnect.never())
                .build("ws://127.0.0.1:" + listening.getLocalPort() + "/")) {
      var unused = client.connectAsync();
      BarePeer peer = BarePeer.accept(listening, agreed(takeover));
      InputStream head = new ByteArrayInputStream(TEXT, 0, 10);
      InputStream rest = new ByteArrayInputStream(TEXT, 10, LENGTH - 10);
      Transfer transfer = client.send(new SequenceInputStream(head, rest));
      Messages messages = new Messages(peer, takeover);
      assertThat(messages.next()).isEqualTo(TEXT);
      transfer.await();
      assertThat(messages.onTheWire).isLessThan(LENGTH / 20);
      messages.end();
      client.forceClose();
      peer.close();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aServersStreams(boolean takeover) throws Exception {
    RawEndpoint endpoint =
        RawEndpoint.create()
            .deflate(how(takeover))
            .onOpen(peer -> {
              var first = peer.send(new ByteArrayInputStream(TEXT), true);
              var second = peer.send(new ByteArrayInputStream(TEXT), false);
              assertThat(first).isNotEqualTo(second);
            });
    try (Server server = Server.builder().port(0).endpoint("/raw", endpoint).start();
        BarePeer peer = BarePeer.webSocket(server.port(), "/raw", agreed(takeover))) {
      Messages messages = new Messages(peer, takeover);
      assertThat(messages.next()).isEqualTo(TEXT);
      assertThat(messages.next()).isEqualTo(TEXT);
      assertThat(messages.onTheWire).isLessThan(2 * LENGTH / 20);
      messages.end();
    }
  }

  /** Inflates what a peer reads, and counts what it took. */
  private static final class Messages {
    private final BarePeer peer;
    private final Zip zip;
    private long onTheWire;

    Messages(BarePeer peer, boolean keeps) {
      this.peer = peer;
      this.zip = new Zip(keeps);
    }

    byte[] next() throws DataFormatException {
      BarePeer.Frame message = peer.message();
      onTheWire += message.payload().length;
      return zip.message(message);
    }

    void end() {
      zip.end();
    }
  }
}
