package dev.switchboard.protocol.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.SwitchboardException;
import dev.switchboard.protocol.UnsentException;
import dev.switchboard.protocol.client.FlakyServer.Committed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A thousand conversations of a client with a server over a bad network, in virtual time. Each has
 * a seed; {@code -Dseed=} repeats one.
 */
@Tag("A8")
@Tag("A18")
class RandomConversationsTest {
  private static final int CONVERSATIONS = 1_000;

  @Test
  void nothingIsLostOrRepeatedAndEveryOutcomeIsTold() {
    Long only = Long.getLong("seed");
    long first = only == null ? System.nanoTime() : only;
    int acknowledged = 0;
    for (int i = 0; i < (only == null ? CONVERSATIONS : 1); i++) {
      long seed = first + i;
      try {
        acknowledged += new Conversation(seed).run();
      } catch (RuntimeException | AssertionError broken) {
        throw new AssertionError("-Dseed=" + seed + ": " + broken.getMessage(), broken);
      }
    }
    assertThat(acknowledged).isPositive();
  }

  /** What became of a question. */
  private static final class Told implements Question.Outcome {
    private final int index;
    private final @Nullable String messageId;
    private final boolean ordinary;
    private @Nullable Answer answer;
    private @Nullable SwitchboardException failure;
    private int calls;

    Told(int index, @Nullable String messageId, boolean ordinary) {
      this.index = index;
      this.messageId = messageId;
      this.ordinary = ordinary;
    }

    @Override
    public void answered(Answer given) {
      answer = given;
      calls++;
    }

    @Override
    public void failed(SwitchboardException why) {
      failure = why;
      calls++;
    }
  }

  private static final class Conversation {
    private final Random random;
    private final FlakyNetwork network;
    private final List<Told> all = new ArrayList<>();

    Conversation(long seed) {
      random = new Random(seed);
      network = new FlakyNetwork(random, settings());
    }

    private Settings settings() {
      Settings.WhenFull[] policies = Settings.WhenFull.values();
      return new Settings(
          new Backoff(100, 5_000, random.nextBoolean(), 1 + random.nextInt(20)),
          3_000,
          5_000,
          new Settings.Heartbeat(2_000, 1_000, random.nextBoolean(), ""),
          new Settings.Queue(
              3 + random.nextInt(40),
              1_000 + random.nextInt(5_000),
              random.nextBoolean() ? Long.MAX_VALUE : 1_000 + random.nextInt(20_000),
              policies[random.nextInt(policies.length)],
              1 + random.nextInt(4),
              random.nextInt(300)),
          1 + random.nextInt(8),
          200 + random.nextInt(2_000));
    }

    int run() {
      int steps = 30 + random.nextInt(90);
      for (int i = 0; i < steps; i++) {
        act();
        network.pass(random.nextInt(random.nextInt(10) == 0 ? 5_000 : 150));
      }
      heal();
      check();
      network.session.close(network.now, 1000, "");
      network.pass(60_000);
      assertThat(network.session.state()).isEqualTo(SessionState.CLOSED);
      assertThat(network.session.wakeAt())
          .as("something is left to wake for")
          .isEqualTo(Long.MAX_VALUE);
      return (int) all.stream().filter(told -> told.answer != null).count();
    }

    private void act() {
      String room = random.nextBoolean() ? "a" : "b";
      switch (random.nextInt(16)) {
        case 0 -> ask(new Command.Join(room, 0, null));
        case 1 -> ask(new Command.Leave(room));
        case 2 -> ask(new Command.History(Address.room(room), null, null, 10));
        case 3 -> ask(new Command.Tell("ask", "answer", null));
        case 4, 5 -> network.fault();
        case 6 -> network.session.connect(network.now);
        case 7 -> network.session.reconnect(network.now);
        case 8 -> assertThat(network.session.conversation().flush()).isNotNull();
        case 9, 10 -> keep(address(room), false);
        case 11 -> keep(address(room), true);
        default -> publish(address(room));
      }
    }

    private Address address(String room) {
      return random.nextInt(3) == 0 ? Address.room(room) : Address.EVERYONE;
    }

    private void ask(Command ask) {
      put(ask, 0, new Told(all.size(), null, false));
    }

    private void publish(Address to) {
      String id = "m" + all.size();
      put(publication(id, to), -1, new Told(all.size(), id, true));
    }

    private static Command.Publish publication(String id, Address to) {
      return new Command.Publish("chat", id, List.of(to), false, true, new byte[] {'1'});
    }

    private void put(Command ask, long timeout, Told told) {
      all.add(told);
      try {
        network.session.conversation().ask(network.now, ask, null, timeout, told);
      } catch (UnsentException refused) {
        told.failed(refused);
      }
    }

    private void keep(Address to, boolean restored) {
      Told told = new Told(all.size(), "m" + all.size(), false);
      all.add(told);
      network
          .session
          .conversation()
          .keep(
              network.now - random.nextInt(500),
              restored,
              publication("m" + told.index, to),
              null,
              told);
    }

    /** From now on nothing goes wrong, and there is time. */
    private void heal() {
      network.faulty = false;
      network.server.faulty = false;
      network.pass(30_000);
      network.session.connect(network.now);
      ask(new Command.Join("a", 0, null));
      ask(new Command.Join("b", 0, null));
      network.pass(120_000);
      network.session.connect(network.now); // if a late close was final
      network.pass(5_000);
      network.session.reconnect(network.now); // for what was lost silently on an open connection
      network.pass(60_000);
    }

    private void check() {
      List<Report> reports = network.reports;
      assertThat(network.session.state())
          .as("after %s", reports.subList(Math.max(0, reports.size() - 8), reports.size()))
          .isEqualTo(SessionState.OPEN);
      QueueState queue = network.session.conversation().queue(network.now);
      assertThat(queue.waiting() + queue.onTheWay()).as("left in the queue: %s", queue).isZero();
      assertThat(queue.bytes()).isZero();
      for (Told told : all) {
        assertThat(told.calls).as("outcomes of %d", told.index).isEqualTo(1);
        if (told.messageId != null) {
          published(told, network.server.committed(told.messageId));
        }
      }
      inOrder();
      received();
    }

    private static void published(Told told, @Nullable Committed committed) {
      if (told.answer instanceof Answer.Acked acked) {
        assertThat(committed).as("acknowledged, not in the log: %s", told.messageId).isNotNull();
        assertThat(committed == null ? 0 : committed.seq()).isEqualTo(acked.seq());
      }
      if (told.failure instanceof UnsentException) {
        assertThat(committed).as("given back, but in the log: %s", told.messageId).isNull();
      }
    }

    /** Ordinary messages are committed to each log in the order of publishing. */
    private void inOrder() {
      Map<String, List<Integer>> committed = new HashMap<>();
      for (Committed entry : network.server.commits) {
        Told told = all.get(Integer.parseInt(entry.messageId().substring(1)));
        if (told.ordinary && !network.server.refused.contains(entry.messageId())) {
          committed.computeIfAbsent(entry.log(), log -> new ArrayList<>()).add(told.index);
        }
      }
      committed.forEach((log, indices) -> assertThat(indices).as(log).isSorted());
    }

    /** Each log is heard in order, nothing twice, and nothing left out without a word. */
    private void received() {
      Map<Address, Long> places = new HashMap<>();
      for (Report report : network.reports) {
        switch (report) {
          case Report.Message message -> {
            Address log = message.envelope().addresses().get(0);
            long seq = message.envelope().seq();
            Long before = places.put(log, seq);
            if (before != null) {
              assertThat(seq).as("%s after %d", log, before).isEqualTo(before + 1);
            }
          }
          case Report.Gap gap -> places.remove(gap.log());
          case Report.Left left -> places.remove(Address.room(left.room()));
          default -> {}
        }
      }
    }
  }
}
