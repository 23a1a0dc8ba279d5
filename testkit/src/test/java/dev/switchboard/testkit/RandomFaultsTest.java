package dev.switchboard.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.client.Client;
import dev.switchboard.client.ClientEvent;
import dev.switchboard.client.QueueStatus;
import dev.switchboard.client.Receipt;
import dev.switchboard.client.Reconnect;
import dev.switchboard.client.SessionInfo;
import dev.switchboard.transport.HttpExchange;
import dev.switchboard.transport.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Whole clients in memory, in virtual time, against a server that breaks whatever may break. What
 * happens is drawn from a seed alone: {@code -Dseed=N} begins with that one, {@code -Dseeds=N} says
 * how many.
 */
@Tag("D2")
@Tag("D12")
@Tag("A18")
class RandomFaultsTest {
  record Said(String text) {}

  @Test
  @Timeout(300)
  void aThousandRandomConversationsWithFaultsLoseNothingAndSayNothingTwice() {
    long first = Long.getLong("seed", System.nanoTime());
    int count = Integer.getInteger("seeds", 1_000);
    System.out.println("RandomFaultsTest: " + count + " conversations from -Dseed=" + first);
    int messages = 0;
    for (long seed = first; seed < first + count; seed++) {
      try (Conversation conversation = new Conversation(seed)) {
        messages += conversation.run();
      } catch (RuntimeException | AssertionError wrong) {
        throw new AssertionError("-Dseed=" + seed + " -Dseeds=1: " + wrong.getMessage(), wrong);
      }
    }
    System.out.println("RandomFaultsTest: " + messages + " messages arrived once, in order");
  }

  /** One client and its server, from the first attempt to connect to the end. */
  private static final class Conversation implements AutoCloseable {
    private final Random random;
    private final MemoryWorld world = new MemoryWorld();
    private final FaultyServer server;
    private final Client<Said> client;
    private final List<CompletableFuture<Receipt>> saying = new ArrayList<>();
    private final List<String> said = new ArrayList<>();
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final List<ClientEvent.Gap> gaps = new CopyOnWriteArrayList<>();

    Conversation(long seed) {
      random = new Random(seed);
      server = new FaultyServer(random);
      client =
          world.build(
              Client.of(Said.class)
                  .reconnect(Reconnect.fixed(Duration.ofSeconds(1)).fromTheStart())
                  .batching(1 + random.nextInt(3), Duration.ofSeconds(2)));
      client.on(event -> heard.add(event.message().text()));
      client.events(ClientEvent.Gap.class, gaps::add);
    }

    int run() {
      CompletionStage<SessionInfo> opening = client.connectAsync();
      int steps = 20 + random.nextInt(60);
      for (int i = 0; i < steps; i++) {
        step(random.nextInt(12));
        world.settle();
      }
      world.execute(server::heal);
      for (int i = 0; i < 100 && !quiet(); i++) {
        accept(true);
        world.pass(Duration.ofSeconds(5));
      }
      CompletableFuture<SessionInfo> opened = opening.toCompletableFuture();
      if (!saying.isEmpty()) {
        opened.orTimeout(Patience.DEFAULT.toSeconds(), TimeUnit.SECONDS).join();
      }
      check();
      return said.size();
    }

    /** An acknowledged message may still have to come to us, over the next connection. */
    private boolean quiet() {
      return heard.size() >= said.size() && saying.stream().allMatch(CompletableFuture::isDone);
    }

    private void step(int die) {
      switch (die) {
        case 0, 1, 2, 3 -> {
          said.add("message " + said.size());
          saying.add(
              client.everyone().publishAsync(new Said(said.getLast())).toCompletableFuture());
        }
        case 4, 5 -> accept(random.nextInt(4) > 0);
        case 6 -> world.pass(Duration.ofMillis(random.nextInt(3_000)));
        case 7 -> world.pass(Duration.ofMillis(random.nextInt(40_000)));
        case 8 -> world.execute(server::release);
        case 9 -> world.execute(server::cut);
        case 10 -> world.execute(server::fallSilent);
        default -> {
          int code = random.nextBoolean() ? 1012 : 4008;
          world.execute(() -> server.close(code));
        }
      }
    }

    private void accept(boolean well) {
      HttpExchange exchange = world.waiting();
      if (exchange != null && well) {
        exchange.accept(server.upgrade());
      } else if (exchange != null) {
        exchange.respond(HttpResponse.text(503, "not now"));
      }
    }

    private void check() {
      CompletableFuture.allOf(saying.toArray(CompletableFuture[]::new))
          .orTimeout(Patience.DEFAULT.toSeconds(), TimeUnit.SECONDS)
          .join();
      List<String> log = new ArrayList<>();
      world.execute(() -> log.addAll(server.log()));
      world.settle();
      assertThat(log).as("the server's log").isEqualTo(said);
      for (int i = 0; i < said.size(); i++) {
        assertThat(saying.get(i).join().seq()).isEqualTo(i + 1);
      }
      assertThat(Patience.until(Patience.DEFAULT, () -> heard.size() >= said.size()))
          .as("heard " + heard.size() + " of " + said.size())
          .isTrue();
      assertThat(heard).isEqualTo(said);
      assertThat(gaps).isEmpty();
      QueueStatus queue = client.queueStatus();
      assertThat(queue.waiting() + queue.onTheWay()).isZero();
      assertThat(queue.bytes()).isZero();
    }

    @Override
    public void close() {
      client.forceClose();
      world.close();
    }
  }
}
