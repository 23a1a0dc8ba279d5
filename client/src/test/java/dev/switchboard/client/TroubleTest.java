package dev.switchboard.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.switchboard.protocol.UnsentException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What goes wrong in a program or its messages does not vanish. */
@Tag("A5")
class TroubleTest {
  private final Logger log = (Logger) LoggerFactory.getLogger(Events.class);
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final AppenderBase<ILoggingEvent> appender =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          if (event.getLevel().isGreaterOrEqual(Level.WARN)) {
            String thrown =
                event.getThrowableProxy() == null
                    ? ""
                    : " / " + event.getThrowableProxy().getMessage();
            lines.add(event.getLevel() + " " + event.getFormattedMessage() + thrown);
          }
        }
      };

  private final Peer peer = new Peer();
  private final Client<Talk> client =
      Client.of(Talk.class)
          .reconnect(Reconnect.fixed(Duration.ofMillis(20)))
          .requestTimeout(Duration.ofSeconds(2))
          .build(peer.uri());
  private Peer.Line line;

  @BeforeEach
  void connect() {
    appender.start();
    log.addAppender(appender);
    log.setAdditive(false);
    log.setLevel(Level.WARN);
    CompletableFuture<SessionInfo> opening = client.connectAsync().toCompletableFuture();
    line = peer.accept();
    line.say(
        "{'type':'welcome','session':'s1','secret':'k1','user':'ann','limits':{'message':1000},'logs':[{'user':'ann','epoch':'i','seq':0}]}");
    opening.orTimeout(20, TimeUnit.SECONDS).join();
  }

  @AfterEach
  void nothingIsLeft() {
    client.forceClose();
    peer.close();
    log.detachAppender(appender);
    log.setAdditive(true);
    log.setLevel(null);
  }

  private void said(long seq, String data) {
    line.say(
        "{'type':'chat','user':'ann','seq':%d,'from':'bob','timestamp':1,'data':%s}"
            .formatted(seq, data));
  }

  private static void fail(String why) {
    throw new IllegalStateException(why);
  }

  @Test
  void whatAHandlerThrowsIsAnErrorInTheLogUnlessSomebodyListens() {
    client.on(Talk.Said.class, event -> fail("of chat"));
    client.events(ClientEvent.UserJoined.class, event -> fail("of an event"));
    said(1, "{'message':'hi'}");
    line.say("{'type':'user_joined','room':'general','user':'bob','count':2}");
    await()
        .untilAsserted(() ->
            assertThat(lines)
                .containsExactly(
                    "ERROR a handler of chat failed / of chat",
                    "ERROR a handler of ClientEvent.UserJoined failed / of an event"));
    List<Throwable> heard = new CopyOnWriteArrayList<>();
    client.events(ClientEvent.Failed.class, event -> heard.add(event.cause()));
    said(2, "{'message':'hi'}");
    await().untilAsserted(() -> assertThat(heard).hasSize(1));
    assertThat(lines).hasSize(2);
  }

  @Test
  void aMessageThatBreaksARuleIsAWarningUnlessSomebodyListens() {
    client.on(event -> {});
    said(1, "{'massage':'hi'}");
    await()
        .untilAsserted(() ->
            assertThat(lines)
                .singleElement()
                .asString()
                .startsWith("WARN a message of type chat was dropped: data.message"));
    List<ClientEvent.ValidationError> heard = new CopyOnWriteArrayList<>();
    client.events(ClientEvent.ValidationError.class, heard::add);
    said(2, "{'massage':'hi'}");
    await().untilAsserted(() -> assertThat(heard).hasSize(1));
    assertThat(lines).hasSize(1);
  }

  @Test
  void aMessageOfTheHistoryThatBreaksARuleIsToldAsWell() {
    CompletableFuture<History<Talk>> reading =
        client.inbox("ann").historyAsync(10).toCompletableFuture();
    line.say(
        "{'type':'history','re':%s,'user':'ann','epoch':'i','seq':2,'more':false,'messages':[{'type':'chat','user':'ann','seq':1,'from':'bob','timestamp':1,'data':{}},{'type':'chat','user':'ann','seq':2,'from':'bob','timestamp':1,'data':{'message':'hi'}}]}"
            .formatted(line.hear("history").get("id")));
    assertThat(reading.orTimeout(20, TimeUnit.SECONDS).join().messages()).hasSize(1);
    await().untilAsserted(() -> assertThat(lines).hasSize(1));
    assertThat(lines.get(0)).startsWith("WARN a message of type chat was dropped: data.message");
  }

  @Test
  void anErrorThatAnswersNothingIsAWarningUnlessSomebodyListens() {
    line.say("{'type':'error','code':'internal','message':'the server failed','retryable':true}");
    await()
        .untilAsserted(() ->
            assertThat(lines)
                .singleElement()
                .asString()
                .isEqualTo(
                    "WARN the server refused something: dev.switchboard.protocol.RefusedException: internal: the server failed"));
  }

  @Test
  void whatTheServerWouldNotTakeIsRefusedAtOnceHoweverItIsSent() {
    Room<Talk> general = new Room<>(client, "general");
    Talk.Said large = new Talk.Said("x".repeat(1_000));
    Talk.Cursor fleeting = new Talk.Cursor("x".repeat(1_000));
    for (Runnable send :
        List.<Runnable>of(
            () -> general.fleeting(fleeting),
            () -> client.fleeting(fleeting),
            () -> general.fleeting("cursor", fleeting),
            () -> client.fleeting("unknown", List.of("ü".repeat(500))),
            () -> general.publish(large),
            () -> client.send(large),
            () -> client.send("chat", large))) {
      assertThatThrownBy(send::run)
          .isInstanceOf(UnsentException.class)
          .hasMessageMatching(
              "message: \\d+ bytes \\(expected: at most 1000, the server's limit\\)");
    }
    List<String> rooms =
        IntStream.range(0, 20).mapToObj(i -> "room " + i + "-".repeat(50)).toList();
    assertThatThrownBy(() -> client.publish(rooms, new Talk.Said("hi")))
        .isInstanceOf(UnsentException.class);
    general.fleeting(new Talk.Typing(true));
    assertThat(line.hear().get("type").stringValue()).isEqualTo("typing");
    assertThat(client.isConnected()).isTrue();
  }

  @Test
  void aClosedClientSaysThatItIsClosed() {
    client.close();
    assertThatThrownBy(() -> client.everyone().publish(new Talk.Said("hi")))
        .isInstanceOf(UnsentException.class)
        .hasMessage("client: closed (expected: a call before close)");
  }
}
