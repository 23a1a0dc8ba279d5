import dev.switchboard.client.Channel;
import dev.switchboard.client.Client;
import dev.switchboard.encryption.EncryptionKey;
import dev.switchboard.encryption.KeyRing;
import dev.switchboard.encryption.MessageEncryption;
import dev.switchboard.server.Addresses;
import dev.switchboard.server.Endpoint;
import dev.switchboard.server.MemoryHistory;
import dev.switchboard.server.Server;
import dev.switchboard.server.Verdict;
import java.lang.management.ManagementFactory;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a message costs in an encrypted room, beside a plain one: ROUNDS SECONDS [CHARACTERS]. A client publishes, a server
 * relays, another client's handler gets it; all in one process, over sockets. The rooms take turns. Prints the medians of the
 * time and of the process's CPU time for each message, in µs.
 */
public class Encrypted {
  private static final int IN_FLIGHT = 64;

  sealed interface Talk {
    record Said(String text) implements Talk {}
  }

  record Cost(double time, double cpu) {}

  public static void main(String[] arguments) throws Exception {
    int rounds = Integer.parseInt(arguments[0]);
    long nanos = (long) (Double.parseDouble(arguments[1]) * 1e9);
    Talk.Said message =
        new Talk.Said("x".repeat(arguments.length > 2 ? Integer.parseInt(arguments[2]) : 100));
    Endpoint<Talk> endpoint =
        Endpoint.of(Talk.class)
            .anyRate()
            .identify(request -> Verdict.allow(request.query().get("user").getFirst()))
            .clientsMayPublish(Talk.class, Addresses.rooms())
            .encrypted("encrypted");
    byte[] key = new byte[32];
    new SecureRandom().nextBytes(key);
    AtomicLong heard = new AtomicLong();
    Semaphore free = new Semaphore(IN_FLIGHT);
    try (Server server =
            Server.builder().host("127.0.0.1").port(0).history(new MemoryHistory()).endpoint("/ws", endpoint).start();
        Client<Talk> ann = connect(server, "ann", key);
        Client<Talk> bob = connect(server, "bob", key)) {
      bob.on(
          Talk.Said.class,
          event -> {
            heard.incrementAndGet();
            free.release();
          });
      Map<String, Channel<Talk>> rooms = new LinkedHashMap<>();
      Map<String, List<Cost>> costs = new LinkedHashMap<>();
      for (String room : List.of("plain", "encrypted")) {
        bob.join(room);
        rooms.put(room, ann.join(room).withoutEcho());
        costs.put(room, new ArrayList<>());
      }
      for (int round = -2; round < rounds; round++) { // two rounds for the JVM to compile what is used
        for (String room : rooms.keySet()) {
          Cost cost = run(rooms.get(room), message, nanos, heard, free);
          if (round >= 0) {
            costs.get(room).add(cost);
          }
        }
      }
      Cost plain = median(costs.get("plain"));
      Cost encrypted = median(costs.get("encrypted"));
      System.out.printf("plain      %7.1f µs %7.1f µs CPU  %6.0f messages/s%n", plain.time, plain.cpu, 1e6 / plain.time);
      System.out.printf(
          "encrypted  %7.1f µs %7.1f µs CPU  %6.0f messages/s  (%.2f, %.2f CPU)%n",
          encrypted.time, encrypted.cpu, 1e6 / encrypted.time, encrypted.time / plain.time, encrypted.cpu / plain.cpu);
    }
  }

  private static Client<Talk> connect(Server server, String user, byte[] key) {
    MessageEncryption encryption = new MessageEncryption(new KeyRing("k1", EncryptionKey.of(key)));
    return Client.of(Talk.class)
        .encryption(encryption, "encrypted")
        .connect("ws://127.0.0.1:" + server.port() + "/ws?user=" + user);
  }

  private static Cost run(Channel<Talk> room, Talk message, long nanos, AtomicLong heard, Semaphore free)
      throws InterruptedException {
    long first = heard.get();
    long began = System.nanoTime();
    long cpu = cpu();
    while (System.nanoTime() - began < nanos) {
      free.acquire();
      var unused = room.publishAsync(message);
    }
    free.acquire(IN_FLIGHT); // until all have arrived
    free.release(IN_FLIGHT);
    double messages = heard.get() - first;
    return new Cost((System.nanoTime() - began) / messages / 1e3, (cpu() - cpu) / messages / 1e3);
  }

  private static long cpu() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static Cost median(List<Cost> costs) {
    return new Cost(
        costs.stream().mapToDouble(Cost::time).sorted().toArray()[costs.size() / 2],
        costs.stream().mapToDouble(Cost::cpu).sorted().toArray()[costs.size() / 2]);
  }
}
