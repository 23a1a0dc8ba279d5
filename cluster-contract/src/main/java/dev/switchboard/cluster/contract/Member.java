package dev.switchboard.cluster.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.client.Client;
import dev.switchboard.client.ClientEvent;
import dev.switchboard.client.MessageEvent;
import dev.switchboard.client.Reconnect;
import dev.switchboard.client.Room;
import dev.switchboard.client.SessionInfo;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.LongStream;

/** Somebody in the room {@code r}, who notes what they hear. */
public final class Member implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  public final Client<Talk> client;
  public final Room<Talk> room;
  public final List<Long> seqs = new CopyOnWriteArrayList<>();
  public final List<String> texts = new CopyOnWriteArrayList<>(); // said in the room
  public final List<String> direct =
      new CopyOnWriteArrayList<>(); // said to this user, or to everyone
  public final List<String> typing = new CopyOnWriteArrayList<>();
  public final List<ClientEvent> gaps = new CopyOnWriteArrayList<>();

  /** Connects a user, who joins the room. */
  public Member(String name, int port) {
    client =
        Client.of(Talk.class)
            .reconnect(Reconnect.fixed(Duration.ofMillis(50)))
            .build("ws://127.0.0.1:" + port + "/ws?user=" + name);
    client.on(Talk.Said.class, this::said);
    client.on(Talk.Typing.class, event -> typing.add(event.message().text()));
    client.events(ClientEvent.Gap.class, gaps::add);
    client.connect();
    room = client.join("r");
  }

  private void said(MessageEvent<Talk.Said> event) {
    if (event.room() == null) {
      direct.add(event.message().text());
    } else {
      seqs.add(event.seq());
      texts.add(event.message().text());
    }
  }

  /** Returns the session's id, which is another one on another server. */
  public String session() {
    return client.session().map(SessionInfo::id).orElse("");
  }

  /** Waits until this member has heard everything up to a seq, in order and once. */
  public void expectAllUpTo(long seq) {
    await().atMost(PATIENCE).until(() -> !seqs.isEmpty() && seqs.getLast() >= seq);
    assertThat(seqs).containsExactlyElementsOf(LongStream.rangeClosed(1, seq).boxed().toList());
    assertThat(gaps).isEmpty();
  }

  @Override
  public void close() {
    client.close();
  }
}
