import dev.switchboard.security.JwtAlgorithm;
import dev.switchboard.security.JwtAuthenticator;
import dev.switchboard.security.TokenKey;
import dev.switchboard.server.Endpoint;
import dev.switchboard.server.Server;
import dev.switchboard.server.ServerBuilder;
import dev.switchboard.server.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/**
 * A server whose clients prove who they are, to be measured by {@code connects.sh}: PORT FOLDER. The folder gets a token for
 * each path that takes one.
 */
public class Connects {
  sealed interface Talk {
    record Said(String text) implements Talk {}
  }

  private static final int MANY = 1_000_000;

  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[1]);
    ServerBuilder server =
        Server.builder()
            .host("127.0.0.1")
            .port(Integer.parseInt(arguments[0]))
            .loops(1)
            .endpoint("/guests", endpoint())
            .endpoint("/identify", endpoint().identify(request -> Verdict.allow("ann")));
    for (JwtAlgorithm algorithm : new JwtAlgorithm[] {JwtAlgorithm.HS256, JwtAlgorithm.ES256, JwtAlgorithm.EDDSA}) {
      TokenKey key = TokenKey.generate(algorithm);
      Path file = folder.resolve(algorithm.name() + ".jwk");
      JwtAuthenticator.Builder tokens = JwtAuthenticator.builder().audience("chat").anyIssuer();
      if (algorithm == JwtAlgorithm.HS256) {
        key.write(file);
        tokens.secretFile(file);
      } else {
        Files.writeString(file, key.publicJson());
        tokens.keyFile(file);
      }
      server.endpoint("/" + algorithm.name(), endpoint().authenticate(tokens.build()));
      Files.writeString(folder.resolve(algorithm.name() + ".token"), key.token("ann").audience("chat").expiresIn(Duration.ofHours(1)).sign());
    }
    server.start();
    new CountDownLatch(1).await();
  }

  private static Endpoint<Talk> endpoint() {
    return Endpoint.of(Talk.class)
        .anyRate()
        .maxUpgrades(MANY, MANY)
        .maxConnectionsPerUser(MANY)
        .maxConnectionsPerAddress(MANY);
  }
}
