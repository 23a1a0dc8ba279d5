package dev.switchboard.cluster.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("D5")
class PostgresUrlTest {
  @Test
  void whatTheDriverUnderstandsStaysAsItIs() {
    String url = "jdbc:postgresql://db:5432/chat?user=ann&password=a@b";
    assertThat(PostgresUrl.of(url)).isEqualTo(new PostgresUrl(url, null, null));
    assertThat(PostgresUrl.of("mysql://db")).isEqualTo(new PostgresUrl("mysql://db", null, null));
  }

  @Test
  void userAndPasswordMayStandBeforeTheHost() {
    assertThat(PostgresUrl.of("postgresql://ann:p%40s+s:1@db:5432/chat?sslmode=require"))
        .isEqualTo(
            new PostgresUrl("jdbc:postgresql://db:5432/chat?sslmode=require", "ann", "p@s+s:1"));
    assertThat(PostgresUrl.of("postgresql://ann@db/chat"))
        .isEqualTo(new PostgresUrl("jdbc:postgresql://db/chat", "ann", null));
    assertThat(PostgresUrl.of("postgresql://db/chat@home"))
        .isEqualTo(new PostgresUrl("jdbc:postgresql://db/chat@home", null, null));
    assertThat(PostgresUrl.of("postgresql://db"))
        .isEqualTo(new PostgresUrl("jdbc:postgresql://db", null, null));
  }
}
