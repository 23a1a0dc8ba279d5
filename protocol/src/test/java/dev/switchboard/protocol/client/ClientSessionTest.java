package dev.switchboard.protocol.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.protocol.ConnectFailedException;
import dev.switchboard.protocol.wire.Transcript;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How a client comes back, and what it does with its logs then. */
@Tag("A8")
class ClientSessionTest {
  private static final String OPEN =
      """
      ann! connect
      ann open
      ann< {"type":"welcome","session":"s1","secret":"k1","user":"ann","logs":[{"user":"ann","epoch":"i","seq":0},{"everyone":true,"epoch":"v","seq":0}]}
      ann= open
      """;

  private static final String IN_GENERAL =
      OPEN
          + """
          ann! join general
          ann> {"type":"join_room","room":"general","id":1}
          ann< {"type":"room_joined","room":"general","re":1,"epoch":"e","seq":7,"members":["ann"],"count":1,"recovered":true}
          ann= joined general 7
          """;

  private static final String LOST =
      """
      ann lost
      ann= close 1006 unclean
      +1s
      ann= reconnect 1
      ann open
      """;

  private static final String RESUME_GENERAL =
      """
      ann> {"type":"resume","id":1,"session":"s1","secret":"k1","logs":[{"room":"general","epoch":"e","seq":7},{"user":"ann","epoch":"i","seq":0},{"everyone":true,"epoch":"v","seq":0}]}
      """;

  private static final String OWN_LOGS =
      "{\"user\":\"ann\",\"epoch\":\"i\",\"seq\":0,\"recovered\":true},{\"everyone\":true,\"epoch\":\"v\",\"seq\":0,\"recovered\":true}";

  private static ClientSession replay(Settings settings, double draw, String... parts) {
    ClientRole role = new ClientRole("ann", settings, draw, true);
    role.replay(Transcript.parse(String.join("", parts)));
    return role.session();
  }

  private static ClientSession replay(String... parts) {
    return replay(Settings.DEFAULT, 1.0, parts);
  }

  private static Settings with(Backoff backoff) {
    Settings base = Settings.DEFAULT;
    return new Settings(
        backoff,
        base.welcomeTimeout(),
        base.requestTimeout(),
        base.heartbeat(),
        base.queue(),
        base.window().messages(),
        base.window().bytes());
  }

  @Test
  void aDelayIsDrawnBelowABoundThatDoublesUpToTheCap() {
    Backoff backoff = new Backoff(1_000, 30_000, true, 99);
    assertThat(backoff.delay(1, 0.5)).isEqualTo(500);
    assertThat(backoff.delay(3, 0.5)).isEqualTo(2_000);
    assertThat(backoff.delay(6, 1.0)).isEqualTo(30_000);
    assertThat(backoff.delay(80, 0.5)).isEqualTo(15_000);
    assertThat(backoff.delay(3, 0)).isZero();
  }

  @Test
  void aFixedDelayIsAlwaysTheSame() {
    replay(
        with(new Backoff(3_000, 3_000, false, 99)),
        0.1,
        OPEN,
        """
        ann lost
        ann= close 1006 unclean
        +2999ms
        +1ms
        ann= reconnect 1
        ann lost
        +3s
        ann= reconnect 2
        """);
  }

  @Test
  void afterTheLastAttemptItGivesUpOnce() {
    ClientSession session =
        replay(
            with(new Backoff(1_000, 30_000, true, 2)),
            1.0,
            OPEN,
            """
            ann lost
            ann= close 1006 unclean
            +1s
            ann= reconnect 1
            ann lost
            +2s
            ann= reconnect 2
            ann lost
            ann= reconnect_failed 2
            +1m
            """);
    assertThat(session.state()).isEqualTo(SessionState.CLOSED);
  }

  @Test
  void withoutAttemptsItNeverComesBack() {
    replay(
        with(new Backoff(1_000, 30_000, true, 0)),
        1.0,
        OPEN,
        """
        ann lost
        ann= close 1006 unclean
        +10m
        """);
  }

  @Test
  void theAttemptsAreCountedAnewAfterASuccess() {
    String resumed =
        "ann> {\"type\":\"resume\",\"id\":1,\"session\":\"s1\",\"secret\":\"k1\",\"logs\":\"…\"}\n"
            + "ann< {\"type\":\"resumed\",\"re\":1,\"session\":\"s1\",\"user\":\"ann\",\"logs\":["
            + OWN_LOGS
            + "]}\nann= open\nann= reconnect_success 1\n";
    replay(OPEN, LOST, resumed, LOST, resumed);
  }

  @Test
  void aFirstConnectionThatFailsIsNotTriedAgain() {
    assertThat(replay("ann! connect\nann lost\nann= connect_failed\n+10m\n").state())
        .isEqualTo(SessionState.CLOSED);
  }

  @Test
  void aFirstConnectionIsTriedAgainIfThatWasAskedFor() {
    ClientSession session =
        replay(
            with(new Backoff(1_000, 30_000, true, 2, true)),
            1.0,
            """
            ann! connect
            ann lost
            +1s
            ann= reconnect 1
            ann lost
            +2s
            ann= reconnect 2
            ann lost
            ann= reconnect_failed 2
            +1m
            """);
    assertThat(session.state()).isEqualTo(SessionState.CLOSED);
  }

  @Test
  void aConnectionRefusedForGoodIsNotTriedAgain() {
    ClientSession session = replay(OPEN, "ann lost\nann= close 1006 unclean\n");
    session.advance(1_000);
    assertThat(session.state()).isEqualTo(SessionState.CONNECTING);
    session.failed(1_000, 3, new ConnectFailedException("status 403", 403, false, null), -1);
    assertThat(session.state()).isEqualTo(SessionState.CLOSED);
  }

  @Test
  void theServersWishForALaterTryIsGranted() {
    replay(
        OPEN,
        """
        ann< {"type":"going_away","after":1200}
        ann< close 1001 restarting
        ann= close 1001 clean
        +2199ms
        +1ms
        ann= reconnect 1
        ann open
        ann> {"type":"resume","id":1,"session":"s1","secret":"k1","logs":"…"}
        ann< close 4029 {"retryAfter":7000}
        +8999ms
        +1ms
        ann= reconnect 2
        """);
  }

  @Test
  void aServerCanAskForAWaitButNotForNoneNorForMoreThanFiveMinutes() {
    Backoff backoff = new Backoff(1_000, 30_000, true, 99);
    assertThat(backoff.delay(1, 0.5, 0)).isEqualTo(500);
    assertThat(backoff.delay(1, 0, 7_000)).isEqualTo(7_000);
    assertThat(backoff.delay(2, 0.5, 7_000)).isEqualTo(8_000);
    assertThat(backoff.delay(9, 1.0, 299_000)).isEqualTo(300_000);
    assertThat(backoff.delay(1, 0.5, Long.MAX_VALUE)).isEqualTo(300_000);
    assertThat(new Backoff(1, 900_000, true, 99).delay(60, 1.0, 5)).isEqualTo(900_000);
  }

  @Test
  void aResumeThatIsRefusedForNowIsTriedAgain() {
    replay(
        IN_GENERAL,
        LOST,
        RESUME_GENERAL,
        """
        ann< {"type":"error","re":1,"code":"unavailable","message":"later","retryable":true,"details":{"retryAfter":5000}}
        +6999ms
        +1ms
        ann= reconnect 2
        ann open
        """,
        RESUME_GENERAL);
  }

  @Test
  @Tag("A12")
  void aFreshSessionAfterARefusedResumeJoinsTheRoomsAgain() {
    replay(
        IN_GENERAL,
        LOST,
        RESUME_GENERAL,
        """
        ann< {"type":"error","re":1,"code":"conflict","message":"no","retryable":false}
        +2s
        ann= reconnect 2
        ann open
        ann< {"type":"welcome","session":"s2","secret":"k2","user":"ann","logs":[]}
        ann> {"type":"join_room","room":"general","id":1,"since":{"epoch":"e","seq":7}}
        ann= open
        ann= reconnect_success 2
        """);
  }

  @Test
  @Tag("A12")
  void roomsThatAreMoreThanAResumeCanNameAreJoinedAgainOneByOne() {
    replay(
        """
        ann! connect
        ann open
        ann< {"type":"welcome","session":"s1","secret":"k1","user":"ann","limits":{"message":120},"logs":[{"user":"ann","epoch":"i","seq":3}]}
        ann= open
        ann! join general
        ann> {"type":"join_room","room":"general","id":1}
        ann< {"type":"room_joined","room":"general","re":1,"epoch":"e","seq":7}
        ann= joined general 7
        """,
        LOST,
        """
        ann> {"type":"resume","id":1,"session":"s1","secret":"k1","logs":[{"user":"ann","epoch":"i","seq":3}]}
        ann< {"type":"resumed","re":1,"session":"s1","user":"ann","logs":[{"user":"ann","epoch":"i","seq":3,"recovered":true},{"room":"general","epoch":"e","seq":9,"recovered":true}]}
        ann> {"type":"join_room","room":"general","id":2,"since":{"epoch":"e","seq":7}}
        ann= open
        ann= reconnect_success 1
        ann< {"type":"chat","room":"general","seq":10,"from":"bob","timestamp":1,"data":{}}
        ann< {"type":"room_joined","room":"general","re":2,"epoch":"e","seq":10,"recovered":true}
        ann= joined general 10
        ann< {"type":"chat","room":"general","seq":8,"from":"bob","timestamp":1,"data":{}}
        ann= message {"type":"chat","room":"general","seq":8,"from":"bob","timestamp":1,"data":{}}
        """);
  }

  @Test
  @Tag("A12")
  void whatWasMissedBetweenSessionsIsAGapInTheOwnLogs() {
    replay(
        OPEN,
        LOST,
        """
        ann> {"type":"resume","id":1,"session":"s1","secret":"k1","logs":"…"}
        ann< {"type":"error","re":1,"code":"conflict","message":"no","retryable":false}
        +2s
        ann= reconnect 2
        ann open
        ann< {"type":"welcome","session":"s2","secret":"k2","user":"ann","logs":[{"user":"ann","epoch":"i","seq":0},{"everyone":true,"epoch":"v","seq":4}]}
        ann= gap everyone
        ann= open
        ann= reconnect_success 2
        """);
  }

  @Test
  void anAnswerThatTheServerWouldNotTakeBecomesARefusal() {
    String large = "\"" + "x".repeat(200) + "\"";
    replay(
        """
        ann! connect
        ann open
        ann< {"type":"welcome","session":"s1","secret":"k1","user":"ann","limits":{"message":200},"logs":[]}
        ann= open
        ann< {"type":"ask","id":"q1","timestamp":1,"data":{}}
        ann= asked ask {}
        """,
        "ann! reply answer " + large + "\n",
        """
        ann> {"type":"error","re":"q1","code":"too_large","message":"…","retryable":false,"details":"…"}
        """);
  }

  @Test
  void reconnectDoesNotWait() {
    replay(
        OPEN,
        """
        ann lost
        ann= close 1006 unclean
        ann! reconnect
        ann= reconnect 1
        """);
  }

  @Test
  void reconnectGivesUpAnOpenConnectionAndGoesOnWithTheSession() {
    replay(
        IN_GENERAL,
        """
        ann! reconnect
        ann> close 4000 reconnect
        ann= close 4000 clean
        ann= reconnect 1
        ann open
        """,
        RESUME_GENERAL);
  }

  @Test
  void aServerWithoutAWelcomeIsGivenUp() {
    ClientSession session = replay("ann! connect\nann open\n+9999ms\n");
    session.advance(9_999);
    assertThat(session.state()).isEqualTo(SessionState.CONNECTING);
    session.advance(10_000);
    assertThat(session.state()).isEqualTo(SessionState.CLOSED);
  }

  @Test
  void aFinalCloseBeforeTheWelcomeIsTold() {
    replay(
        "ann! connect\nann open\nann< close 4501 no token\nann= close 4501 clean\nann= connect_failed\n+1m\n");
  }

  @Test
  void closingWhileItWaitsEndsIt() {
    replay(OPEN, "ann lost\nann= close 1006 unclean\nann! close\n+10m\n");
  }

  @Test
  void closingByForceNeedsNoAnswer() {
    replay(OPEN, "ann! forceClose\nann= close 1006 unclean\n+10m\n");
  }

  @Test
  void whatASocketOfThePastBringsIsIgnored() {
    ClientSession session =
        replay(
            OPEN,
            LOST,
            "ann> {\"type\":\"resume\",\"id\":1,\"session\":\"s1\",\"secret\":\"k1\",\"logs\":\"…\"}\n");
    session.closed(2_000, 1, 4505, "banned", true);
    assertThat(session.state()).isEqualTo(SessionState.CONNECTING);
  }

  @Test
  void aResumeThatIsRefusedForGoodIsFollowedByAFreshSession() {
    replay(
        OPEN,
        LOST,
        """
        ann> {"type":"resume","id":1,"session":"s1","secret":"k1","logs":"…"}
        ann< {"type":"error","re":1,"code":"conflict","message":"no","retryable":false}
        +2s
        ann= reconnect 2
        ann open
        ann< {"type":"welcome","session":"s2","secret":"k2","user":"ann","logs":[]}
        ann= open
        ann= reconnect_success 2
        """);
  }

  @Test
  @Tag("A12")
  void whatCannotBeHadIsToldOnceAndReadingGoesOn() {
    replay(
        IN_GENERAL,
        LOST,
        RESUME_GENERAL,
        "ann< {\"type\":\"resumed\",\"re\":1,\"session\":\"s1\",\"user\":\"ann\",\"logs\":["
            + OWN_LOGS
            + ",{\"room\":\"general\",\"epoch\":\"e2\",\"seq\":3,\"recovered\":false}]}\n",
        """
        ann= gap general
        ann= open
        ann= reconnect_success 1
        ann> {"type":"user_list","room":"general","id":2}
        ann< {"type":"chat","room":"general","seq":3,"from":"bob","timestamp":1,"data":{}}
        ann< {"type":"chat","room":"general","seq":4,"from":"bob","timestamp":1,"data":{}}
        ann= message {"type":"chat","room":"general","seq":4,"from":"bob","timestamp":1,"data":{}}
        """);
  }

  @Test
  @Tag("A12")
  void aRoomThatASessionIsNoLongerInIsLeft() {
    ClientSession session =
        replay(
            IN_GENERAL,
            LOST,
            RESUME_GENERAL,
            "ann< {\"type\":\"resumed\",\"re\":1,\"session\":\"s1\",\"user\":\"ann\",\"logs\":["
                + OWN_LOGS
                + "]}\n",
            "ann= left general\nann= open\nann= reconnect_success 1\n");
    assertThat(session.conversation().rooms()).isEmpty();
  }

  @Test
  @Tag("A12")
  void aRoomThatMayNotBeJoinedAgainIsLeft() {
    replay(
        IN_GENERAL,
        LOST,
        RESUME_GENERAL,
        """
        ann< {"type":"welcome","re":1,"session":"s2","secret":"k2","user":"ann","logs":[]}
        ann> {"type":"join_room","room":"general","id":2,"since":{"epoch":"e","seq":7}}
        ann= open
        ann= reconnect_success 1
        ann< {"type":"error","re":2,"code":"forbidden","message":"no","retryable":false}
        ann= left general
        """);
  }

  @Test
  void anEntryIsDeliveredOnce() {
    replay(
        IN_GENERAL,
        """
        ann< {"type":"chat","room":"general","seq":8,"from":"bob","timestamp":1,"data":{}}
        ann= message {"type":"chat","room":"general","seq":8,"from":"bob","timestamp":1,"data":{}}
        ann< {"type":"chat","room":"general","seq":8,"from":"bob","timestamp":1,"data":{}}
        ann< {"type":"chat","room":"general","seq":7,"from":"bob","timestamp":1,"data":{}}
        ann< {"type":"chat","room":"other","seq":9,"from":"bob","timestamp":1,"data":{}}
        """);
  }

  @Test
  void recentEntriesAreDelivered() {
    replay(
        OPEN,
        """
        ann! join general recent 2
        ann> {"type":"join_room","room":"general","id":1,"recent":2}
        ann< {"type":"room_joined","room":"general","re":1,"epoch":"e","seq":7,"members":["ann"],"count":1,"recovered":true}
        ann= joined general 7
        ann< {"type":"chat","room":"general","seq":6,"from":"bob","timestamp":1,"data":{}}
        ann= message {"type":"chat","room":"general","seq":6,"from":"bob","timestamp":1,"data":{}}
        ann< {"type":"chat","room":"general","seq":7,"from":"bob","timestamp":1,"data":{}}
        ann= message {"type":"chat","room":"general","seq":7,"from":"bob","timestamp":1,"data":{}}
        """);
  }

  @Test
  void anOwnEntryWithoutACopyCountsAsRead() {
    replay(
        IN_GENERAL,
        """
        ann! quiet general chat {}
        ann> {"type":"chat","room":"general","id":2,"messageId":"…","echo":false,"data":{}}
        ann< {"type":"ack","re":2,"seq":9}
        ann= published 9
        ann< {"type":"chat","room":"general","seq":8,"from":"bob","timestamp":1,"data":{}}
        ann= message {"type":"chat","room":"general","seq":8,"from":"bob","timestamp":1,"data":{}}
        """,
        LOST,
        """
        ann> {"type":"resume","id":1,"session":"s1","secret":"k1","logs":[{"room":"general","epoch":"e","seq":9},{"user":"ann","epoch":"i","seq":0},{"everyone":true,"epoch":"v","seq":0}]}
        """);
  }

  @Test
  void noCopyComesOfWhatWasSentWithoutEchoBeforeTheConnectionWasLost() {
    replay(
        IN_GENERAL,
        """
        ann! quiet general chat {}
        ann> {"type":"chat","room":"general","id":2,"messageId":"$m","echo":false,"data":{}}
        """,
        LOST,
        RESUME_GENERAL,
        "ann< {\"type\":\"resumed\",\"re\":1,\"session\":\"s1\",\"user\":\"ann\",\"logs\":["
            + OWN_LOGS
            + ",{\"room\":\"general\",\"epoch\":\"e\",\"seq\":8,\"recovered\":true}]}\n",
        """
        ann= open
        ann= reconnect_success 1
        ann> {"type":"chat","room":"general","id":2,"messageId":"$m","echo":false,"data":{}}
        ann> {"type":"user_list","room":"general","id":3}
        ann< {"type":"chat","room":"general","seq":8,"from":"ann","timestamp":1,"messageId":"$m","data":{}}
        ann< {"type":"ack","re":2,"seq":8}
        ann= published 8
        """);
  }

  @Test
  void whatIsNotKnownIsIgnored() {
    replay(
        OPEN,
        """
        ann< {"type":"ack","re":99,"seq":1}
        ann< {"type":"auth_success","in":5000,"new":{"keys":[1]}}
        ann< {"type":"ping","id":3}
        ann> {"type":"pong","re":3}
        """);
  }

  @Test
  @Tag("A9")
  void silenceIsAskedAboutAndThenGivenUp() {
    replay(
        OPEN,
        """
        +25s
        ann> ping
        +40ms
        ann< pong
        ann= heartbeat 40
        +25s
        ann> ping
        +9999ms
        +1ms
        ann= heartbeat_timeout
        ann> close 4009 no answer to ping
        ann= close 4009 unclean
        """);
  }

  @Test
  @Tag("A9")
  void anythingThatComesIsASignOfLife() {
    replay(
        OPEN,
        """
        +24s
        ann< ping
        +24s
        ann< {"type":"user_joined","room":"general","user":"bob","count":2}
        ann= user_joined general bob
        +24s
        +1s
        ann> ping
        """);
  }

  @Test
  @Tag("A9")
  void aDoubtfulConnectionIsAskedAboutAtOnceAndGivenLittleTime() {
    replay(
        OPEN,
        """
        +10s
        ann! probe
        ann> ping
        ann! probe
        +2s
        ann< pong
        ann= heartbeat 2000
        +25s
        ann> ping
        +1s
        ann! probe
        ann> ping
        +2499ms
        +1ms
        ann= heartbeat_timeout
        ann> close 4009 no answer to ping
        ann= close 4009 unclean
        ann! probe
        """);
  }

  @Test
  @Tag("A9")
  void aServerCanBeAskedByMessage() {
    Settings base = Settings.DEFAULT;
    Settings settings =
        new Settings(
            base.backoff(),
            base.welcomeTimeout(),
            base.requestTimeout(),
            new Settings.Heartbeat(5_000, 1_000, true),
            base.queue(),
            base.window().messages(),
            base.window().bytes());
    replay(
        settings,
        1.0,
        OPEN,
        """
        +5s
        ann> {"type":"ping","id":1}
        +7ms
        ann< {"type":"pong","re":1}
        ann= heartbeat 7
        """);
  }
}
