package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Raw endpoints whose handlers run on the event loop, views, and broadcasts. */
@Tag("B2")
class RawLoopTest {
  private final RawEndpoint endpoint = RawEndpoint.create().handlersOnEventLoop();
  private final Counted counted = new Counted();
  private @Nullable Server server;

  private int serve() {
    return serve(1);
  }

  private int serve(int loops) {
    server =
        Server.builder().port(0).loops(loops).metrics(counted).endpoint("/raw", endpoint).start();
    return server.port();
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
    assertThat(endpoint.sizes()).isEqualTo(Map.of("peers", 0, "open", 0));
  }

  private static byte[] content(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  @Test
  void everyHandlerRunsOnTheLoopInOrder() throws Exception {
    List<String> seen = new CopyOnWriteArrayList<>();
    List<String> threads = new CopyOnWriteArrayList<>();
    endpoint
        .onOpen(peer -> peer.send("welcome"))
        .onText((peer, text) -> {
          threads.add(Thread.currentThread().getName());
          seen.add(text);
        })
        .onView((peer, view) -> seen.add(view.toString()))
        .onPing((peer, payload) -> seen.add("ping"))
        .onClose((peer, code, reason, clean) -> seen.add("close " + code));
    RawClient client = new RawClient(serve(), "/raw");
    assertThat(client.next()).isEqualTo("welcome");
    client.socket.sendText("a", true).join();
    client.socket.sendPing(ByteBuffer.allocate(1)).join();
    client.socket.sendBinary(ByteBuffer.allocate(3), true).join();
    client.socket.sendText("b", true).join();
    client.socket.sendClose(3000, "").join();
    await()
        .untilAsserted(() ->
            assertThat(seen).containsExactly("a", "ping", "binary, 3 bytes", "b", "close 3000"));
    assertThat(threads).allSatisfy(name -> assertThat(name).startsWith("switchboard-loop"));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 125, 126, 32_767, 32_769, 50_000, 65_535, 65_536, 300_000})
  void whatIsForwardedIsWhatCameWhateverItsLength(int length) throws Exception {
    endpoint.onView(RawPeer::forward);
    RawClient client = new RawClient(serve(), "/raw");
    byte[] bytes = content(length);
    for (int i = 0; i < 3; i++) {
      client.socket.sendBinary(ByteBuffer.wrap(bytes), true).join();
      client.socket.sendText("t" + "ü".repeat(length / 2), true).join();
    }
    for (int i = 0; i < 3; i++) {
      assertThat(client.next()).isEqualTo(RawClient.binary(bytes));
      assertThat(client.next()).isEqualTo("t" + "ü".repeat(length / 2));
    }
    client.socket.abort();
  }

  @Test
  void manyLargeOnesAreForwardedEachAsItCame() throws Exception {
    endpoint.onView((peer, view) -> {
      assertThat(view.bytes().remaining()).isEqualTo(view.length());
      peer.forward(view);
    });
    RawClient client = new RawClient(serve(), "/raw");
    List<byte[]> all = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      byte[] bytes = content(40_000 + i);
      all.add(bytes);
      client.socket.sendBinary(ByteBuffer.wrap(bytes), true).join();
    }
    for (byte[] bytes : all) {
      assertThat(client.next()).isEqualTo(RawClient.binary(bytes));
    }
    client.socket.abort();
  }

  @Test
  void aViewIsReadOnlyAndEndsWithItsHandler() throws Exception {
    AtomicReference<RawView> kept = new AtomicReference<>();
    endpoint.onView((peer, view) -> {
      assertThat(view.isText()).isTrue();
      assertThat(view.length()).isEqualTo(6);
      assertThat(view.string()).isEqualTo("häuser".substring(0, 5));
      assertThat(view.copy()).hasSize(6);
      assertThatThrownBy(() -> view.bytes().put(0, (byte) 0))
          .isInstanceOf(ReadOnlyBufferException.class);
      kept.set(view);
      peer.send("done");
    });
    RawClient client = new RawClient(serve(), "/raw");
    client.socket.sendText("häuse", true).join();
    assertThat(client.next()).isEqualTo("done");
    RawView over = kept.get();
    assertThat(over).hasToString("text, over");
    assertThatThrownBy(over::bytes)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("view: its handler has returned");
    client.socket.abort();
  }

  @Test
  void whatAHandlerThrowsCostsItsOwnConnection() throws Exception {
    List<Throwable> failures = new CopyOnWriteArrayList<>();
    endpoint
        .onText((peer, text) -> {
          if (text.equals("bad")) {
            throw new IllegalStateException("no");
          }
          peer.send("ok");
        })
        .intercept((message, from, next) -> {
          if (message instanceof RawInterceptor.Message.Text text && text.text().equals("evil")) {
            throw new RefusedException(ErrorCode.FORBIDDEN, "go away");
          }
          next.proceed();
        })
        .onError((peer, failure) -> failures.add(failure));
    int port = serve();
    RawClient bad = new RawClient(port, "/raw");
    RawClient evil = new RawClient(port, "/raw");
    RawClient good = new RawClient(port, "/raw");
    bad.socket.sendText("bad", true).join();
    assertThat(bad.closeCode()).isEqualTo(1011);
    evil.socket.sendText("evil", true).join();
    assertThat(evil.closeCode()).isEqualTo(1008);
    good.socket.sendText("good", true).join();
    assertThat(good.next()).isEqualTo("ok");
    good.socket.sendBinary(ByteBuffer.allocate(1), true).join();
    assertThat(good.closeCode()).as("no handler for binary").isEqualTo(1003);
    assertThat(failures).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  @Tag("B7")
  void aBroadcastReachesEverybodyOnEveryLoopInOrder(int loops) throws Exception {
    endpoint.onView((peer, view) -> assertThat(endpoint.broadcast(view)).isTrue());
    int port = serve(loops);
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      clients.add(new RawClient(port, "/raw"));
    }
    for (int i = 0; i < 100; i++) {
      clients.get(0).socket.sendText("m" + i, true).join();
    }
    for (RawClient client : clients) {
      for (int i = 0; i < 100; i++) {
        assertThat(client.next()).isEqualTo("m" + i);
      }
    }
    for (int gone : new int[] {8, 0, 4}) { // the last, the first, one between
      clients.remove(gone).socket.abort();
      await().until(() -> endpoint.peers().size() == clients.size());
      assertThat(endpoint.broadcast("without " + gone)).isTrue();
      assertThat(endpoint.broadcast(new byte[] {1})).isTrue();
      for (RawClient client : clients) {
        assertThat(client.next()).isEqualTo("without " + gone);
        assertThat(client.next()).isEqualTo(RawClient.binary(new byte[] {1}));
      }
    }
    assertThat(counted.of("received")).isEqualTo(100);
    assertThat(counted.of("sent")).isEqualTo(100 * 9 + 2 * (8 + 7 + 6));
    clients.forEach(client -> client.socket.abort());
  }

  @Test
  @Tag("B10")
  @Tag("D6")
  void whoIsTooSlowForABroadcastIsClosedWith4008AndCounted() throws Exception {
    endpoint.maxPendingBytes(200_000);
    int port = serve();
    RawClient reader = new RawClient(port, "/raw");
    try (Lazy lazy = new Lazy(port, "/raw")) {
      await().until(() -> endpoint.peers().size() == 2);
      byte[] message = content(100_000);
      while (counted.of("closed 4008") == 0) {
        assertThat(endpoint.broadcast(message)).isTrue();
        assertThat(reader.next()).isEqualTo(RawClient.binary(message));
      }
      assertThat(lazy.readToClose()).isEqualTo(4008);
      assertThat(counted.of("slow CLOSED")).isEqualTo(1);
      assertThat(counted.of("limit PENDING_BYTES")).isEqualTo(1);
    }
    assertThat(endpoint.broadcast(new byte[200_001])).as("nobody could take it").isFalse();
    assertThat(endpoint.broadcast("still here")).isTrue();
    assertThat(reader.next()).isEqualTo("still here");
    reader.socket.abort();
  }

  @Test
  void aBroadcastFromACloseHandlerReachesThoseWhoStay() throws Exception {
    endpoint.onText((peer, text) -> peer.terminate());
    endpoint.onClose((peer, code, reason, clean) -> endpoint.broadcast("gone " + code));
    int port = serve();
    RawClient stays = new RawClient(port, "/raw");
    RawClient leaves = new RawClient(port, "/raw");
    await().until(() -> endpoint.peers().size() == 2);
    leaves.socket.sendText("bye", true).join();
    assertThat(stays.next()).isEqualTo("gone 1006");
    stays.socket.abort();
  }

  @Test
  @Tag("D8")
  void aHandlerThatBlocksTheLoopIsReported() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    endpoint
        .stuckAfter(Duration.ofMillis(100))
        .onText((peer, text) -> {
          try {
            gate.await();
          } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
          }
          peer.send("back");
        });
    RawClient client = new RawClient(serve(), "/raw");
    client.socket.sendText("block", true).join();
    await().untilAsserted(() -> assertThat(counted.of("stuck")).isEqualTo(1));
    gate.countDown();
    assertThat(client.next()).isEqualTo("back");
    await().untilAsserted(() -> assertThat(counted.of("returned")).isEqualTo(1));
    client.socket.abort();
  }

  @Test
  void aViewOfAHandlerOnAVirtualThreadIsACopy() throws Exception {
    RawEndpoint threads =
        RawEndpoint.create()
            .onView((peer, view) -> {
              assertThat(Thread.currentThread().isVirtual()).isTrue();
              peer.forward(view);
            });
    try (Server other = Server.builder().port(0).endpoint("/raw", threads).start()) {
      RawClient client = new RawClient(other.port(), "/raw");
      for (int i = 0; i < 100; i++) {
        client.socket.sendText("m" + i, true).join();
      }
      for (int i = 0; i < 100; i++) {
        assertThat(client.next()).isEqualTo("m" + i);
      }
      client.socket.abort();
    }
  }
}
