package dev.switchboard.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.client.engine.SharedLoops;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Handlers taken off, and messages pulled instead of pushed, over real sockets. */
@Tag("A5")
class PullTest {
  private final Peer peer = new Peer();
  private final Client<Talk> client =
      Client.of(Talk.class).reconnect(Reconnect.never()).build(peer.uri());

  private Peer.Line open() {
    CompletableFuture<SessionInfo> opening = client.connectAsync().toCompletableFuture();
    Peer.Line opened = peer.welcome();
    opening.orTimeout(5, TimeUnit.SECONDS).join();
    return opened;
  }

  private static void say(Peer.Line line, int n) {
    line.say("{'type':'chat','from':'bob','timestamp':1,'data':{'message':'m" + n + "'}}");
  }

  @AfterEach
  void nothingIsLeft() {
    client.close();
    peer.close();
    assertThat(SharedLoops.users()).isZero();
  }

  @Test
  void offTakesOffAllOfATypeOrOne() {
    Peer.Line there = open();
    List<String> heard = new CopyOnWriteArrayList<>();
    Consumer<MessageEvent<Talk.Said>> kept = event -> heard.add("kept");
    Consumer<MessageEvent<Talk.Said>> gone = event -> heard.add("gone");
    Subscription unused = client.on(Talk.Said.class, kept);
    unused = client.on(Talk.Said.class, gone);
    unused = client.on("chat", event -> heard.add("by name"));
    unused = client.on(event -> heard.add("all"));
    assertThat(unused).isNotNull();
    client.off(Talk.Said.class, gone);
    say(there, 1);
    await().until(() -> heard.size() == 3);
    client.off("chat");
    say(there, 2);
    await().until(() -> heard.size() == 5);
    client.off(Talk.Said.class);
    say(there, 3);
    await().until(() -> heard.size() == 6);
    assertThat(heard).containsExactly("kept", "by name", "all", "kept", "all", "all");
  }

  @Test
  void messagesCanBeIteratedUntilTheClientIsClosed() throws Exception {
    Peer.Line there = open();
    List<String> heard = new ArrayList<>();
    try (Messages<MessageEvent<? extends Talk>> messages = client.messages()) {
      assertThat(messages.poll(Duration.ofMillis(1))).isEmpty();
      for (int i = 0; i < 1_000; i++) {
        say(there, i);
      }
      for (MessageEvent<? extends Talk> message : messages) {
        heard.add(((Talk.Said) message.message()).message());
        if (heard.size() == 1_000) {
          Thread unused = Thread.startVirtualThread(client::close);
        }
      }
    }
    assertThat(heard).hasSize(1_000).first().isEqualTo("m0");
    assertThat(heard.get(999)).isEqualTo("m999");
  }

  @Test
  void aReaderThatFallsBehindHoldsUpTheClientAndLosesNothing() {
    Peer.Line there = open();
    try (Messages<MessageEvent<? extends Talk>> messages = client.messages()) {
      int many = 20_000;
      for (int i = 0; i < many; i++) {
        say(there, i);
      }
      for (int i = 0; i < many; i++) {
        assertThat(((Talk.Said) messages.take().message()).message()).isEqualTo("m" + i);
      }
    }
  }

  @Test
  void aReaderMayAskTheServerWhileMuchWaitsForIt() {
    Peer.Line there = open();
    try (Messages<MessageEvent<? extends Talk>> messages = client.messages()) {
      for (int i = 0; i < 1_000; i++) {
        say(there, i);
      }
      await().until(() -> client.dispatcher.full());
      CompletableFuture<Talk.Answer> asking =
          CompletableFuture.supplyAsync(() -> client.request(new Talk.Ask(1)));
      there.say("{'type':'answer','re':" + there.hear("ask").get("id") + ",'data':{'n':2}}");
      assertThat(asking.orTimeout(5, TimeUnit.SECONDS).join()).isEqualTo(new Talk.Answer(2));
      assertThat(messages.take().type()).isEqualTo("chat");
    }
  }

  @Test
  void aHandlerCannotWaitForItself() {
    Peer.Line there = open();
    BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
    client.events(ClientEvent.Failed.class, failed -> failures.add(failed.cause()));
    try (Messages<MessageEvent<? extends Talk>> messages = client.messages()) {
      client.on(Talk.Note.class, event -> messages.take());
      there.say("{'type':'note','timestamp':1,'data':{'text':'x'}}");
      await().until(() -> !failures.isEmpty());
      assertThat(failures.peek()).hasMessageContaining("pulled by a handler");
    }
  }

  @Test
  void aPublisherGivesWhatIsAskedForAndEndsWithTheClient() {
    Peer.Line there = open();
    List<String> got = new CopyOnWriteArrayList<>();
    CompletableFuture<Flow.Subscription> subscribed = new CompletableFuture<>();
    client
        .publisher()
        .subscribe(
            new Flow.Subscriber<>() {
              @Override
              public void onSubscribe(Flow.Subscription subscription) {
                subscribed.complete(subscription);
              }

              @Override
              public void onNext(MessageEvent<? extends Talk> event) {
                got.add(((Talk.Said) event.message()).message());
              }

              @Override
              public void onError(Throwable failure) {
                got.add("error");
              }

              @Override
              public void onComplete() {
                got.add("end");
              }
            });
    Flow.Subscription subscription = subscribed.orTimeout(5, TimeUnit.SECONDS).join();
    for (int i = 0; i < 5; i++) {
      say(there, i);
    }
    subscription.request(2);
    await().until(() -> got.size() == 2);
    subscription.request(1);
    await().until(() -> got.size() == 3);
    there.act(socket -> socket.close(4505, "banned"));
    await().until(() -> client.state() == ConnectionState.CLOSED);
    subscription.request(10);
    await().until(() -> got.contains("end"));
    assertThat(got).containsExactly("m0", "m1", "m2", "m3", "m4", "end");
  }

  @Test
  void aPublisherRefusesToBeAskedForNothing() {
    Peer.Line there = open();
    assertThat(there).isNotNull();
    CompletableFuture<Throwable> error = new CompletableFuture<>();
    client
        .publisher()
        .subscribe(
            new Flow.Subscriber<>() {
              @Override
              public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(0);
              }

              @Override
              public void onNext(MessageEvent<? extends Talk> event) {}

              @Override
              public void onError(Throwable failure) {
                error.complete(failure);
              }

              @Override
              public void onComplete() {}
            });
    assertThat(error.orTimeout(5, TimeUnit.SECONDS).join())
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> client.on("nothing", event -> {}))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
