package dev.switchboard.e2e.hostile;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.peers.BarePeer;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/** Connections that are many, slow, or never become anything. */
final class ConnectionCases {
  private static final String MANY = "connection floods";
  private static final String SLOW = "slow clients";
  private static final int PACE_MILLIS = 25;

  private final List<HostileCase> cases = new ArrayList<>();

  private ConnectionCases() {}

  static List<HostileCase> all() {
    ConnectionCases all = new ConnectionCases();
    all.many();
    all.slow();
    return all.cases;
  }

  private void add(String area, String name, HostileCase.Attack attack) {
    cases.add(new HostileCase(area, name, attack));
  }

  private static void closeAll(List<BarePeer> peers) {
    peers.forEach(BarePeer::reset);
  }

  private void many() {
    add(
        MANY,
        "one connection more than a user may have",
        site -> {
          List<BarePeer> peers = new ArrayList<>();
          String target = "/limited?user=mallory";
          for (int i = 0; i < Site.CONNECTIONS; i++) {
            peers.add(BarePeer.webSocket(site.port(), target));
          }
          try (BarePeer further = new BarePeer(site.port())) {
            further.send(BarePeer.handshake(target));
            assertThat(further.response()).startsWith("HTTP/1.1 429").contains("Retry-After: 5");
          }
          closeAll(peers);
        });
    add(
        MANY,
        "200 upgrades, each reset at once",
        site -> {
          for (int i = 0; i < 200; i++) {
            try (BarePeer peer = new BarePeer(site.port())) {
              peer.send(BarePeer.handshake("/ws?user=mallory" + i));
              peer.reset();
            }
          }
        });
    add(
        MANY,
        "100 sessions, each lost at once",
        site -> {
          for (int i = 0; i < 100; i++) {
            site.enter("mallory" + i).peer().reset();
          }
        });
    add(
        MANY,
        "50 sockets that wait for a token",
        site -> {
          List<BarePeer> peers = new ArrayList<>();
          for (int i = 0; i < 50; i++) {
            peers.add(BarePeer.webSocket(site.port(), "/secure"));
          }
          site.watch().exchange();
          closeAll(peers);
        });
    add(
        MANY,
        "500 requests in one segment",
        site -> {
          try (BarePeer peer = new BarePeer(site.port())) {
            peer.send("GET /page HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(500));
            for (int i = 0; i < 500; i++) {
              assertThat(peer.response()).startsWith("HTTP/1.1 200").endsWith("a page\n");
            }
          }
        });
    add(
        MANY,
        "200 requests that nobody reads the answers of",
        site -> {
          try (BarePeer peer = new BarePeer(site.port())) {
            peer.send("GET /index.html HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(200));
            site.watch().exchange();
            peer.reset();
          }
        });
  }

  /** Sends the text byte by byte until the server answers, and returns the answer. */
  private static String dribbled(BarePeer peer, String text) throws IOException {
    peer.socket().setSoTimeout(PACE_MILLIS);
    for (int i = 0; i < text.length(); i++) {
      peer.send(text.substring(i, i + 1));
      try {
        int first = peer.socket().getInputStream().read();
        peer.socket().setSoTimeout(10_000);
        return (char) first + peer.response();
      } catch (SocketTimeoutException notYet) {
        // It is as patient as it says.
      }
    }
    throw new AssertionError("no answer to " + text.length() + " slow bytes");
  }

  private void slow() {
    add(
        SLOW,
        "a head that comes byte by byte",
        site -> {
          try (BarePeer peer = new BarePeer(site.port())) {
            assertThat(dribbled(peer, BarePeer.handshake("/ws?user=mallory") + "x".repeat(1_000)))
                .startsWith("HTTP/1.1 408");
            assertThat(peer.ended()).isTrue();
          }
        });
    add(
        SLOW,
        "empty lines without end before a head",
        site -> {
          try (BarePeer peer = new BarePeer(site.port())) {
            peer.socket().setSoTimeout(PACE_MILLIS);
            boolean ended = false;
            for (int i = 0; i < 1_000 && !ended; i++) {
              ended = ends(peer);
            }
            assertThat(ended).as("the server is not kept by empty lines").isTrue();
          }
        });
    add(
        SLOW,
        "30 sockets that say nothing",
        site -> {
          List<BarePeer> peers = new ArrayList<>();
          for (int i = 0; i < 30; i++) {
            peers.add(new BarePeer(site.port()));
          }
          assertThat(peers).allMatch(BarePeer::ended);
          peers.forEach(BarePeer::close);
        });
    add(
        SLOW,
        "half a frame, and then nothing",
        site -> {
          try (Typist mallory = site.enter("mallory")) {
            mallory.peer().send(new byte[] {(byte) 0x81, (byte) 0xfe, 0x40});
            site.watch().exchange();
            mallory.peer().reset();
          }
        });
    add(
        SLOW,
        "a frame that comes byte by byte, with the bystanders between",
        site -> {
          try (Typist mallory = site.enter("mallory")) {
            byte[] frame = BarePeer.masked(0x81, "{\"type\":\"ping\",\"id\":1}".getBytes(UTF_8));
            for (byte one : frame) {
              mallory.peer().send(new byte[] {one});
              site.watch().exchange();
            }
            mallory.next("pong");
            mallory.leave();
          }
        });
    add(
        SLOW,
        "a stream that ends without a close frame",
        site -> {
          try (Typist mallory = site.enter("mallory")) {
            mallory.peer().shutdownOutput();
            assertThat(mallory.peer().ended()).isTrue();
          }
        });
    add(
        SLOW,
        "a body that is announced and never comes",
        site -> {
          try (BarePeer peer = new BarePeer(site.port())) {
            peer.send("POST /page HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n");
            assertThat(peer.response()).startsWith("HTTP/1.1 405");
            assertThat(peer.ended()).isTrue();
          }
        });
  }

  /** Whether the server has ended the stream, after one more empty line. */
  private static boolean ends(BarePeer peer) throws IOException {
    try {
      peer.socket().getOutputStream().write(new byte[] {'\r', '\n'});
      return peer.socket().getInputStream().read() < 0;
    } catch (SocketTimeoutException notYet) {
      return false;
    } catch (IOException reset) {
      return true;
    }
  }
}
