import dev.switchboard.protocol.Request;
import dev.switchboard.security.JwtAlgorithm;
import dev.switchboard.security.JwtAuthenticator;
import dev.switchboard.security.TokenKey;
import dev.switchboard.server.Endpoint;
import dev.switchboard.server.Server;
import dev.switchboard.server.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** A server that knows its users in several ways, to compare what a connect costs: PORT FOLDER, which gets a token for each. */
public class Tokens {
  sealed interface Talk {
    record Ask(long n) implements Talk, Request<Answer> {}
  }

  record Answer(long n) {}

  public static void main(String[] arguments) throws Exception {
    var server =
        Server.builder()
            .host("127.0.0.1")
            .port(Integer.parseInt(arguments[0]))
            .loops(1)
            .endpoint("/identify", Endpoint.of(Talk.class).identify(request -> Verdict.allow("ann")).maxConnectionsPerUser(1 << 20));
    for (JwtAlgorithm algorithm : new JwtAlgorithm[] {JwtAlgorithm.HS256, JwtAlgorithm.ES256, JwtAlgorithm.EDDSA}) {
      TokenKey key = TokenKey.generate(algorithm);
      Path file = Path.of(arguments[1], algorithm.name() + ".jwk");
      key.write(file);
      String token = key.token("ann").audience("bench").issuer("bench").expiresIn(Duration.ofHours(1)).sign();
      Files.writeString(Path.of(arguments[1], algorithm.name() + ".token"), token);
      JwtAuthenticator tokens = JwtAuthenticator.builder().keyFile(file).audience("bench").issuer("bench").build();
      server.endpoint("/" + algorithm.name(), Endpoint.of(Talk.class).authenticate(tokens).maxConnectionsPerUser(1 << 20));
    }
    server.start();
    new CountDownLatch(1).await();
  }
}
