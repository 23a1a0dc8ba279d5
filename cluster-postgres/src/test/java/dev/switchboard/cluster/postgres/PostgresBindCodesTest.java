package dev.switchboard.cluster.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.switchboard.peers.RealPostgres;
import dev.switchboard.peers.TcpProxy;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.BindCodes;
import dev.switchboard.spi.contract.BindCodesContract;
import java.io.IOException;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("D5")
class PostgresBindCodesTest implements BindCodesContract {
  private final String url = RealPostgres.url();
  private final TcpProxy network = TcpProxy.toDatabase(url);
  private final HikariDataSource pool = PresenceNodes.pool(network.through(url));

  @AfterEach
  void close() {
    pool.close();
    network.close();
  }

  @Override
  public BindCodes open() {
    return new PostgresBindCodes(pool);
  }

  private int rows() throws SQLException {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT count(*) FROM switchboard_bind_code")) {
      row.next();
      return row.getInt(1);
    }
  }

  @Test
  void tooManyUnusedCodesAreRefusedUntilSomeExpireOrAreTaken() throws SQLException {
    Instant[] now = {Instant.ofEpochSecond(1_000)};
    InstantSource clock = () -> now[0];
    AuthenticatedUser ann = AuthenticatedUser.of("ann");
    try (BindCodes store = new PostgresBindCodes(pool, clock, 2)) {
      store.put(hash(1), ann, now[0].plusSeconds(60));
      store.put(hash(2), ann, now[0].plusSeconds(90));
      assertThatThrownBy(() -> store.put(hash(3), ann, now[0].plusSeconds(60)))
          .asInstanceOf(InstanceOfAssertFactories.type(RefusedException.class))
          .extracting(RefusedException::code)
          .isEqualTo(ErrorCode.UNAVAILABLE);
      assertThat(store.take(hash(2))).isPresent();
      store.put(hash(4), ann, now[0].plusSeconds(90));
      now[0] = now[0].plusSeconds(61);
      store.put(hash(5), ann, now[0].plusSeconds(60));
      assertThat(rows()).as("without the expired one").isEqualTo(2);
      assertThat(store.take(hash(1))).isEmpty();
      assertThat(store.take(hash(4))).isPresent();
    }
  }

  @Test
  void claimsThatWouldNotComeBackAreRefused() throws SQLException {
    try (BindCodes store = open()) {
      AuthenticatedUser odd =
          AuthenticatedUser.of("ann").withClaims(Map.of("secret", new BigDecimal("1.50")));
      assertThatThrownBy(() -> store.put(HASH, odd, Instant.now().plusSeconds(60)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("claims")
          .hasMessageNotContaining("1.5");
      assertThat(rows()).isZero();
    }
  }

  @Test
  void everyStringOfAClaimComesBack() {
    AuthenticatedUser ann =
        AuthenticatedUser.of("ann").withClaims(Map.of("text", "\0 \uD83D \uD83D\uDE00 é \" \\ \n"));
    try (BindCodes store = open()) {
      store.put(HASH, ann, Instant.now().plusSeconds(60));
      assertThat(store.take(HASH)).contains(ann);
    }
  }

  @Test
  void withoutADatabaseEverythingIsUnavailable() throws IOException {
    try (BindCodes store = open()) {
      network.cut();
      assertThatThrownBy(() -> store.take(HASH))
          .asInstanceOf(InstanceOfAssertFactories.type(RefusedException.class))
          .extracting(RefusedException::code)
          .isEqualTo(ErrorCode.UNAVAILABLE);
      assertThatThrownBy(() -> store.put(HASH, AuthenticatedUser.of("ann"), Instant.now()))
          .asInstanceOf(InstanceOfAssertFactories.type(RefusedException.class))
          .extracting(RefusedException::code)
          .isEqualTo(ErrorCode.UNAVAILABLE);
    }
  }

  private static String hash(int number) {
    return String.format("%064x", number);
  }
}
