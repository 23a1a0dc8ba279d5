import dev.switchboard.history.sqlite.SqliteHistory;
import dev.switchboard.protocol.Request;
import dev.switchboard.server.Addresses;
import dev.switchboard.server.Endpoint;
import dev.switchboard.server.Verdict;
import dev.switchboard.server.MemoryHistory;
import dev.switchboard.server.Server;
import dev.switchboard.spi.HistoryStore;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A server with the whole typed layer, to be measured beside {@code bench serve}: PORT threads|loop [FOLDER of a durable log]. */
public class Typed {
  sealed interface Talk {
    record Said(String text) implements Talk {}

    record Ask(long n, String text) implements Talk, Request<Answer> {}
  }

  record Answer(long n, String text) {}

  public static void main(String[] arguments) throws InterruptedException {
    HistoryStore history =
        arguments.length > 2 ? SqliteHistory.open(Path.of(arguments[2])) : new MemoryHistory();
    Endpoint<Talk> endpoint =
        Endpoint.of(Talk.class)
            .clientsMayPublish(Talk.class, Addresses.rooms(), Addresses.users())
            .anyRate()
            .identify(request ->
                Verdict.allow(
                    request.query().getOrDefault("user", List.of("nobody")).get(0)))
            .onPublish(Talk.Said.class, (said, publishing) -> {}) // an application checks something here
            .reply(Talk.Ask.class, (ask, from) -> new Answer(ask.n(), ask.text()));
    if (arguments[1].equals("loop")) {
      endpoint.handlersOnEventLoop();
    }
    Server.builder()
        .host("127.0.0.1")
        .port(Integer.parseInt(arguments[0]))
        .loops(1)
        .history(history)
        .endpoint("/ws", endpoint)
        .start();
    new CountDownLatch(1).await();
  }
}
