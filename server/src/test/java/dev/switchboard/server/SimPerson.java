package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.ConnectFailedException;
import dev.switchboard.protocol.Protocol;
import dev.switchboard.protocol.SwitchboardException;
import dev.switchboard.protocol.UnsentException;
import dev.switchboard.protocol.client.Answer;
import dev.switchboard.protocol.client.Backoff;
import dev.switchboard.protocol.client.ClientSession;
import dev.switchboard.protocol.client.Command;
import dev.switchboard.protocol.client.Effects;
import dev.switchboard.protocol.client.Question;
import dev.switchboard.protocol.client.Report;
import dev.switchboard.protocol.client.SessionState;
import dev.switchboard.protocol.client.Settings;
import dev.switchboard.protocol.wire.Draft;
import dev.switchboard.protocol.wire.Encoding;
import dev.switchboard.protocol.wire.Envelope;
import dev.switchboard.server.session.Hub;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A user's program in a {@link SimWorld}: the real client above the socket, and somebody who uses
 * it at random and checks what is shown: each log in order, without a repetition, and without a
 * hole that was not said.
 */
final class SimPerson implements Effects, SimLink.Far, SimWorld.Actor {
  private static final Settings SETTINGS =
      new Settings(
          new Backoff(500, 8_000, true, Integer.MAX_VALUE),
          10_000,
          10_000,
          new Settings.Heartbeat(25_000, 10_000, false),
          Settings.Queue.DEFAULT,
          8,
          64 << 10);
  private static final Encoding CBOR = Encoding.cbor(Protocol.of(Talk.class));
  private static final long UNKNOWN = -1;
  private static final @Nullable String TRACED = System.getProperty("trace");

  private final SimWorld world;
  private final Supplier<SimServer> servers;
  private final SimStore store;
  private final String name;
  private final String user;
  private final Encoding encoding;
  private final ClientSession session;

  /** What it published without wanting a copy. */
  private final Set<String> unechoed = new HashSet<>();

  /** The last seq seen of each log, or that any may come next. */
  private final Map<Address, Long> seen = new HashMap<>();

  /** The fleeting messages that were shown on this connection. */
  private final Set<String> fleeting = new HashSet<>();

  private int typed; // how many fleeting messages were sent

  /** What was told of the users who are watched. */
  private final Map<String, Boolean> online = new HashMap<>();

  /** The users of whom it does not know whether the server still tells of them. */
  private final Set<String> unsure = new HashSet<>();

  private @Nullable SimLink link;
  private int connection;
  private int published;
  private int unanswered;
  private boolean leaving;

  SimPerson(SimWorld world, Supplier<SimServer> servers, SimStore store, String name, String user) {
    this.world = world;
    this.servers = servers;
    this.store = store;
    this.name = name;
    this.user = user;
    this.encoding = world.chance(50) ? Encoding.JSON : CBOR;
    this.session = new ClientSession(SETTINGS, true, world.random::nextDouble, this);
    world.add(this);
  }

  String user() {
    return user;
  }

  List<String> rooms() {
    return session.conversation().rooms();
  }

  @Override
  public boolean ready() {
    return session.wakeAt() <= world.now();
  }

  @Override
  public void act() {
    session.advance(world.now());
  }

  @Override
  public long wakesAt() {
    return session.wakeAt();
  }

  // What the user does.

  void connect() {
    if (!leaving) {
      session.connect(world.now());
    }
  }

  void something() {
    if (session.state() == SessionState.IDLE || session.state() == SessionState.CLOSED) {
      connect();
      return;
    }
    String room = "r" + world.random.nextInt(3);
    boolean in = session.conversation().rooms().contains(room);
    switch (world.random.nextInt(14)) {
      case 0, 1, 2 -> {
        if (!in) {
          ask(new Command.Join(room, world.chance(80) ? 0 : world.random.nextInt(5), null));
        }
      }
      case 3 -> {
        if (in && world.chance(40)) {
          ask(new Command.Leave(room));
        } else if (world.chance(10)) { // before it is known whether one is in
          ask(new Command.Join(room, 0, null));
          ask(new Command.Leave(room));
        }
      }
      case 4 -> publish(Address.user("u" + world.random.nextInt(3)));
      case 5 -> publish(Address.EVERYONE);
      case 12 -> {
        byte[] data =
            "{\"on\":true,\"by\":\"%s %s\"}"
                .formatted(name, typed++)
                .getBytes(StandardCharsets.UTF_8);
        session.conversation().fleeting("typing", in ? Address.room(room) : Address.EVERYONE, data);
      }
      case 13 -> {
        List<String> one = List.of("u" + world.random.nextInt(3));
        ask(new Command.Statuses(one, world.chance(80), false));
      }
      case 6 -> {
        if (world.chance(20)) {
          session.reconnect(world.now());
        }
      }
      default -> {
        for (int i = world.random.nextInt(6); in && i >= 0; i--) {
          publish(Address.room(room));
        }
      }
    }
  }

  private void publish(Address address) {
    List<Address> all = new ArrayList<>(List.of(address));
    if (address instanceof Address.Room && rooms().size() > 1 && world.chance(10)) {
      all.clear();
      rooms().forEach(room -> all.add(Address.room(room)));
    }
    String id = name + "-" + published++;
    if (all.size() > 1) {
      store.several(id);
    }
    boolean echo = world.chance(85);
    if (!echo) {
      unechoed.add(id);
    }
    byte[] data =
        ("{\"message\":\"" + "x".repeat(length()) + "\"}").getBytes(StandardCharsets.UTF_8);
    ask(new Command.Publish("chat", id, all, all.size() > 1, echo, data));
  }

  /** Mostly short; at times about as long as the server takes. */
  private int length() {
    if (world.chance(90)) {
      return world.random.nextInt(100);
    }
    return Math.max(
        1, servers.get().endpoint().settings().maxMessageBytes() - world.random.nextInt(300));
  }

  /** Publishes where it can be heard, so that everybody learns what has become of the logs. */
  void speak() {
    publish(Address.user(user));
    publish(Address.EVERYONE);
    rooms().forEach(room -> publish(Address.room(room)));
  }

  private void ask(Command ask) {
    unanswered++;
    try {
      long timeout = ask instanceof Command.Publish ? -1 : 0;
      session.conversation().ask(world.now(), ask, null, timeout, new Told(ask));
    } catch (UnsentException refused) {
      unanswered--;
    }
  }

  /** Goes for good. */
  void leave() {
    leaving = true;
    session.close(world.now(), 1000, "");
  }

  void stall(boolean now) {
    SimLink present = link;
    if (present != null) {
      present.stalled(now);
    }
  }

  void cut() {
    SimLink present = link;
    if (present != null) {
      world.tell(name + " is cut off");
      present.cut();
    }
  }

  // What the user must have when nothing more happens.

  void checkSettled(Hub hub) {
    assertThat(session.state()).as(name).isEqualTo(SessionState.OPEN);
    assertThat(unanswered).as("questions of %s without an answer", name).isZero();
    assertThat(session.conversation().queue(world.now()).waiting()).isZero();
    online.forEach((watched, there) ->
        assertThat(there)
            .as("whether %s is online, as %s was told", watched, name)
            .isEqualTo(hub.isOnline(watched).toCompletableFuture().join()));
    seen.forEach((log, last) -> {
      if (last != UNKNOWN) {
        long head = store.truth(hub.topics().log(log)).seq();
        assertThat(last <= head && ownFrom(log, last + 1, head))
            .as("%s has seen %s of %s, whose last is %s", name, last, log, head)
            .isTrue();
      }
    });
  }

  /** Whether all those places are taken by its own messages of which it wanted no copy. */
  private boolean ownFrom(Address log, long from, long to) {
    for (long seq = from; seq <= to; seq++) {
      if (!store.isOf(log, seq, unechoed::contains)) {
        return false;
      }
    }
    return true;
  }

  void checkGone() {
    assertThat(session.state()).as(name).isEqualTo(SessionState.CLOSED);
    assertThat(unanswered).as("questions of %s without an answer", name).isZero();
  }

  private final class Told implements Question.Outcome {
    private final Command ask;
    private boolean told;

    Told(Command ask) {
      this.ask = ask;
    }

    private void once() {
      assertThat(told).as("a second answer to %s of %s", ask, name).isFalse();
      told = true;
      unanswered--;
    }

    @Override
    public void answered(Answer answer) {
      once();
      if (ask instanceof Command.Statuses statuses && answer instanceof Answer.Statuses of) {
        world.tell(name + " asked with " + statuses.watch() + ": " + of.states());
        online.keySet().removeAll(statuses.users());
        unsure.removeAll(statuses.users());
        if (Boolean.TRUE.equals(statuses.watch())) {
          of.states().forEach(state -> online.put(state.user(), state.online()));
        }
      }
      if (ask instanceof Command.Publish publish && answer instanceof Answer.Acked acked) {
        publish
            .addresses()
            .forEach(address -> {
              long seq =
                  acked.seqs().isEmpty()
                      ? acked.seq()
                      : Objects.requireNonNull(acked.seqs().get(((Address.Room) address).name()));
              assertThat(store.kept(address, seq, publish.messageId()))
                  .as("%s was acknowledged at %s of %s", publish.messageId(), seq, address)
                  .isTrue();
            });
      }
      if (ask instanceof Command.Join join && join.recent() > 0) {
        seen.put(Address.room(join.room()), UNKNOWN); // what comes first is from before
      }
    }

    @Override
    public void failed(SwitchboardException why) {
      once();
      if (ask instanceof Command.Publish publish) {
        world.tell(publish.messageId() + " failed: " + why.getMessage());
      }
      if (ask instanceof Command.Statuses statuses) { // the server may have done it or not
        world.tell(name + " asked with " + statuses.watch() + " failed: " + why.getMessage());
        online.keySet().removeAll(statuses.users());
        unsure.addAll(statuses.users());
      }
    }
  }

  @Override
  public void report(Report report) {
    switch (report) {
      case Report.Message message -> shown(message.envelope());
      case Report.Joined joined -> {
        world.tell(name + " is in " + joined.room() + " at " + joined.how().seq());
        seen.putIfAbsent(Address.room(joined.room()), joined.how().seq());
      }
      case Report.Status status -> {
        world.tell(name + " is told: " + status.state());
        if (!unsure.contains(status.state().user())) {
          online.put(status.state().user(), status.state().online());
        }
      }
      case Report.Left left -> {
        world.tell(name + " has left " + left.room());
        seen.remove(Address.room(left.room()));
      }
      case Report.Gap gap -> {
        world.tell(name + " has a gap in " + gap.log());
        seen.put(gap.log(), UNKNOWN);
      }
      case Report.Opened opened -> {
        world.tell(name + (opened.resumed() ? " has resumed" : " is welcome"));
        fleeting.clear(); // at another server, one may arrive again
      }
      case Report.Closed closed -> world.tell(name + " was closed with " + closed.code());
      default -> {}
    }
  }

  private void shown(Envelope envelope) {
    if (envelope.fleeting()) {
      String data = new String(Objects.requireNonNull(envelope.data()), StandardCharsets.UTF_8);
      assertThat(fleeting.add(data)).as("%s is shown %s once", name, data).isTrue();
      return;
    }
    Address log = envelope.addresses().get(0);
    long seq = envelope.seq();
    String messageId = Objects.requireNonNull(envelope.messageId());
    assertThat(store.kept(log, seq, messageId))
        .as("%s was shown %s at %s of %s", name, messageId, seq, log)
        .isTrue();
    long last = seen.getOrDefault(log, UNKNOWN);
    if (last != UNKNOWN) {
      assertThat(seq > last && ownFrom(log, last + 1, seq - 1))
          .as("%s is shown %s after %s of %s", name, seq, last, log)
          .isTrue();
    }
    seen.put(log, seq);
  }

  /** What one of them hears and says, with {@code -Dtrace=p3}. */
  private void trace(String way, byte[] text) {
    if (name.equals(TRACED)) {
      world.tell(name + " " + way + encoding.read(text));
    }
  }

  // The socket.

  @Override
  public void connect(int number) {
    connection = number;
    world.after(world.random.nextInt(200), () -> dial(number));
  }

  private void dial(int number) {
    if (number != connection) {
      return;
    }
    SimServer server = servers.get();
    if (!server.alive()) {
      session.failed(world.now(), number, new ConnectFailedException("refused", 0, true, null), -1);
    } else {
      link = server.accept(this, number, user, encoding);
      session.opened(world.now(), number, encoding);
    }
  }

  @Override
  public void abandon() {
    connection = -1;
    SimLink present = link;
    link = null;
    if (present != null) {
      present.drop();
    }
  }

  @Override
  public void send(Draft message) {
    byte[] bytes = encoding.write(message);
    trace("> ", bytes);
    Objects.requireNonNull(link).say(bytes);
  }

  @Override
  public void send(long id, Command.Frame frame) {
    throw new UnsupportedOperationException("a frame for a server that is not ours");
  }

  @Override
  public void send(long id, Command.Streamed stream) {
    throw new UnsupportedOperationException("a stream for a server that is not ours");
  }

  @Override
  public void sendIfRoom(Draft message) {
    send(message);
  }

  @Override
  public void ping() {
    Objects.requireNonNull(link).sayPing();
  }

  @Override
  public void close(int code, String reason) {
    Objects.requireNonNull(link).sayClose(code);
  }

  @Override
  public void state(SessionState state) {}

  @Override
  public void received(int number, byte[] text) {
    trace("< ", text);
    session.received(world.now(), number, encoding.binary(), text);
  }

  @Override
  public void ponged(int number) {
    session.heard(world.now(), number);
    session.ponged(world.now(), number);
  }

  @Override
  public void closed(int number, int code, boolean clean) {
    session.closed(world.now(), number, code, "", clean);
  }
}
