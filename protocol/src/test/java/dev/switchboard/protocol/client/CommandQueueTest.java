package dev.switchboard.protocol.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.protocol.wire.Transcript;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What becomes of what a client has to say: once, in order, bounded. */
@Tag("A18")
class CommandQueueTest {
  private static final String WELCOME =
      """
      ann< {"type":"welcome","session":"s1","secret":"k1","user":"ann","logs":[]}
      ann= open
      """;

  private static final String OPEN = "ann! connect\nann open\n" + WELCOME;

  private static final String LOST = "ann lost\nann= close 1006 unclean\n";

  private static final String BACK =
      """
      ann open
      ann> {"type":"resume","id":1,"session":"s1","secret":"k1","logs":[]}
      ann< {"type":"resumed","re":1,"session":"s1","user":"ann","logs":[]}
      ann= open
      """;

  private static void replay(String... parts) {
    new ClientRole("ann", Tokens.NONE).replay(Transcript.parse(String.join("", parts)));
  }

  private static void replayBounded(
      int messages, long bytes, int window, long windowBytes, String... parts) {
    replayWith(Settings.Queue.DEFAULT.withBounds(messages, bytes), window, windowBytes, parts);
  }

  private static ClientRole replayWith(Settings.Queue queue, String... parts) {
    return replayWith(queue, 10, 1_000_000, parts);
  }

  private static ClientRole replayWith(
      Settings.Queue queue, int window, long windowBytes, String... parts) {
    Settings settings =
        new Settings(Settings.DEFAULT.backoff(), 10_000, 10_000, null, queue, window, windowBytes);
    ClientRole role = new ClientRole("ann", settings, 1.0, false);
    role.replay(Transcript.parse(String.join("", parts)));
    return role;
  }

  private static Settings.Queue two(Settings.WhenFull whenFull) {
    return new Settings.Queue(2, 1_000_000, Long.MAX_VALUE, whenFull, 1, 0);
  }

  private static Settings.Queue batches(int count, long interval) {
    return new Settings.Queue(
        100, 1_000_000, Long.MAX_VALUE, Settings.WhenFull.REFUSE, count, interval);
  }

  @Test
  void whatWasSaidBeforeConnectingGoesOutInOrderAndJoinsDoNotWaitBehindIt() {
    replay(
        """
        ann! publish a chat 1
        ann! join a
        ann! publish a chat 2
        """,
        OPEN,
        """
        ann> {"type":"join_room","room":"a","id":1}
        ann> {"type":"chat","room":"a","id":2,"messageId":"$1","data":1}
        ann> {"type":"chat","room":"a","id":3,"messageId":"$2","data":2}
        """);
  }

  @Test
  void aLeaveStaysBehindTheMessagesBeforeItAndAJoinBehindTheLeave() {
    replay(
        """
        ann! publish a chat 1
        ann! leave a
        ann! join a
        ann! join b
        """,
        OPEN,
        """
        ann> {"type":"join_room","room":"b","id":1}
        ann> {"type":"chat","room":"a","id":2,"messageId":"$1","data":1}
        ann> {"type":"leave_room","room":"a","id":3}
        ann> {"type":"join_room","room":"a","id":4}
        """);
  }

  @Test
  void aQuestionAboutTheSessionNeedsNoRoomInTheQueueAndNoWindow() {
    replayBounded(
        2,
        1_000_000,
        1,
        1_000_000,
        """
        ann! publish a chat 1
        ann! publish a chat 2
        """,
        OPEN,
        """
        ann> {"type":"chat","room":"a","id":1,"messageId":"$1","data":1}
        ann! history a
        ann> {"type":"history","room":"a","id":2,"limit":50}
        ann! join b
        ann> {"type":"join_room","room":"b","id":3}
        ann! publish a chat 3
        ann= unsent
        """);
  }

  @Test
  void theOldestMayGiveWayButNotOneThatMayHaveArrived() {
    replayWith(
        two(Settings.WhenFull.DROP_OLDEST),
        OPEN,
        """
        ann! publish a chat 1
        ann> {"type":"chat","room":"a","id":1,"messageId":"$1","data":1}
        """,
        LOST,
        """
        ann! publish a chat 2
        ann! publish a chat 3
        ann= unsent
        +1s
        ann= reconnect 1
        """,
        BACK,
        """
        ann= reconnect_success 1
        ann> {"type":"chat","room":"a","id":2,"messageId":"$1","data":1}
        ann> {"type":"chat","room":"a","id":3,"messageId":"$3","data":3}
        ann! publish a chat 4
        ann= unsent
        """);
  }

  @Test
  void theNewestMayGiveWay() {
    replayWith(
        two(Settings.WhenFull.DROP_NEWEST),
        """
        ann! publish a chat 1
        ann! publish a chat 2
        ann! publish a chat 3
        ann= unsent
        """,
        OPEN,
        """
        ann> {"type":"chat","room":"a","id":1,"messageId":"$1","data":1}
        ann> {"type":"chat","room":"a","id":2,"messageId":"$3","data":3}
        """);
  }

  @Test
  void nothingIsDroppedForAMessageThatDoesNotFitEvenThen() {
    ClientRole role =
        replayWith(
            new Settings.Queue(9, 300, Long.MAX_VALUE, Settings.WhenFull.DROP_OLDEST, 1, 0),
            """
            ann! publish a chat 1
            ann! publish a chat 2
            ann! publish a chat "%s"
            ann= unsent
            """
                .formatted("x".repeat(300)));
    assertThat(role.queue().waiting()).isEqualTo(2);
  }

  @Test
  void whatHasWaitedTooLongIsGivenBackOrIfItMayHaveArrivedLeftOpen() {
    replayWith(
        new Settings.Queue(9, 1_000_000, 5_000, Settings.WhenFull.REFUSE, 1, 0),
        OPEN,
        """
        ann! publish a chat 1
        ann> {"type":"chat","room":"a","id":1,"messageId":"$1","data":1}
        """,
        LOST,
        """
        ann! publish a chat 2
        +1s
        ann= reconnect 1
        +3999ms
        ann! publish a chat 3
        +1ms
        ann= refused timeout
        ann= unsent
        """,
        BACK,
        """
        ann= reconnect_success 1
        ann> {"type":"chat","room":"a","id":2,"messageId":"$3","data":3}
        +1m
        """);
  }

  @Test
  void aBatchLeavesWhenItIsLargeEnoughOrOldEnoughOrAsked() {
    replayWith(
        batches(3, 100),
        OPEN,
        """
        ann! publish a chat 1
        +99ms
        ann! publish a chat 2
        ann! publish a chat 3
        ann> {"type":"chat","room":"a","id":1,"messageId":"$1","data":1}
        ann> {"type":"chat","room":"a","id":2,"messageId":"$2","data":2}
        ann> {"type":"chat","room":"a","id":3,"messageId":"$3","data":3}
        ann! publish a chat 4
        +99ms
        ann! publish a chat 5
        +1ms
        ann> {"type":"chat","room":"a","id":4,"messageId":"$4","data":4}
        ann> {"type":"chat","room":"a","id":5,"messageId":"$5","data":5}
        ann! publish a chat 6
        ann! flush
        ann> {"type":"chat","room":"a","id":6,"messageId":"$6","data":6}
        ann! publish a chat 7
        ann! join b
        ann> {"type":"join_room","room":"b","id":7}
        """);
  }

  @Test
  void whatAnUnfinishedBatchHoldsGoesWithTheResumedSession() {
    replayWith(
        batches(3, 100),
        OPEN,
        """
        ann! publish a chat 1
        ann! flush
        ann> {"type":"chat","room":"a","id":1,"messageId":"$1","data":1}
        ann! publish a chat 2
        """,
        LOST,
        "+1s\nann= reconnect 1\n",
        BACK,
        """
        ann= reconnect_success 1
        ann> {"type":"chat","room":"a","id":2,"messageId":"$1","data":1}
        ann> {"type":"chat","room":"a","id":3,"messageId":"$2","data":2}
        """);
  }

  @Test
  void theStatusCountsWhatWaitsAndWhatIsOnTheWay() {
    ClientRole role =
        replayWith(
            two(Settings.WhenFull.REFUSE),
            1,
            1_000_000,
            OPEN,
            """
            ann! publish a chat 1
            ann> {"type":"chat","room":"a","id":1,"messageId":"$1","data":1}
            ann! publish a chat 2
            ann! join b
            ann> {"type":"join_room","room":"b","id":2}
            +3s
            """);
    assertThat(role.queue()).isEqualTo(new QueueState(1, 1, 258, true, 3_000));
  }

  @Test
  void whatHasNoAnswerIsSentAgainUnderItsNameInOrderAndBeforeWhatIsNew() {
    replay(
        OPEN,
        """
        ann! publish a chat 1
        ann> {"type":"chat","room":"a","id":1,"messageId":"$1","data":1}
        ann! publish a chat 2
        ann> {"type":"chat","room":"a","id":2,"messageId":"$2","data":2}
        ann! publish a chat 3
        ann> {"type":"chat","room":"a","id":3,"messageId":"$3","data":3}
        ann< {"type":"ack","re":2,"seq":2}
        ann= published 2
        """,
        LOST,
        "ann! publish a chat 4\n+1s\nann= reconnect 1\n",
        BACK,
        """
        ann= reconnect_success 1
        ann> {"type":"chat","room":"a","id":2,"messageId":"$1","data":1}
        ann> {"type":"chat","room":"a","id":3,"messageId":"$3","data":3}
        ann> {"type":"chat","room":"a","id":4,"messageId":"$4","data":4}
        """,
        LOST,
        "+1s\nann= reconnect 1\n",
        BACK,
        """
        ann= reconnect_success 1
        ann> {"type":"chat","room":"a","id":2,"messageId":"$1","data":1}
        ann> {"type":"chat","room":"a","id":3,"messageId":"$3","data":3}
        ann> {"type":"chat","room":"a","id":4,"messageId":"$4","data":4}
        ann< {"type":"ack","re":4,"seq":4}
        ann= published 4
        ann< {"type":"error","re":3,"code":"forbidden","message":"no","retryable":false}
        ann= refused forbidden
        ann< {"type":"ack","re":2,"seq":1}
        ann= published 1
        """);
  }

  @Test
  @Tag("D1")
  void aRequestOnTheWayFailsWithTheConnectionAndOneThatWaitsDoesNot() {
    replay(
        OPEN,
        """
        ann! request ask {"n":1}
        ann> {"type":"ask","id":1,"data":{"n":1}}
        ann lost
        ann= refused timeout
        ann= close 1006 unclean
        ann! request ask {"n":2}
        +1s
        ann= reconnect 1
        """,
        BACK,
        """
        ann= reconnect_success 1
        ann> {"type":"ask","id":2,"data":{"n":2}}
        ann< {"type":"answer","re":2,"data":{"n":3}}
        ann= reply answer {"n":3}
        """);
  }

  @Test
  @Tag("D1")
  void anAnswerThatDoesNotComeInTimeIsARefusal() {
    replay(
        OPEN,
        """
        ann! request ask {"n":1}
        ann> {"type":"ask","id":1,"data":{"n":1}}
        +9999ms
        +1ms
        ann= refused timeout
        ann< {"type":"answer","re":1,"data":{"n":2}}
        """);
  }

  @Test
  void whatCouldNotBeAskedInTimeIsGivenBack() {
    replay(
        """
        ann! join a
        ann! publish a chat 1
        +10s
        ann= unsent
        """,
        OPEN,
        "ann> {\"type\":\"chat\",\"room\":\"a\",\"id\":1,\"messageId\":\"…\",\"data\":1}\n");
  }

  @Test
  void aFullQueueGivesBackWhatDoesNotFit() {
    replayBounded(
        2,
        1_000_000,
        10,
        1_000_000,
        """
        ann! publish a chat 1
        ann! publish a chat 2
        ann! publish a chat 3
        ann= unsent
        """,
        OPEN,
        """
        ann> {"type":"chat","room":"a","id":1,"messageId":"…","data":1}
        ann> {"type":"chat","room":"a","id":2,"messageId":"…","data":2}
        ann! publish a chat 4
        ann= unsent
        ann< {"type":"ack","re":1,"seq":1}
        ann= published 1
        ann! publish a chat 5
        ann> {"type":"chat","room":"a","id":3,"messageId":"…","data":5}
        """);
  }

  @Test
  void theQueueIsBoundedInBytesToo() {
    replayBounded(
        100,
        300,
        10,
        1_000_000,
        """
        ann! publish a chat 1
        ann! publish a chat 2
        ann! publish a chat 3
        ann= unsent
        """);
  }

  @Test
  void onlySoManyAreOnTheWayAtOnce() {
    replayBounded(
        100,
        1_000_000,
        2,
        1_000_000,
        """
        ann! publish a chat 1
        ann! publish a chat 2
        ann! publish a chat 3
        """,
        OPEN,
        """
        ann> {"type":"chat","room":"a","id":1,"messageId":"…","data":1}
        ann> {"type":"chat","room":"a","id":2,"messageId":"…","data":2}
        ann< {"type":"ack","re":2,"seq":2}
        ann= published 2
        ann> {"type":"chat","room":"a","id":3,"messageId":"…","data":3}
        """);
  }

  @Test
  void oneLargerThanTheWindowGoesAlone() {
    replayBounded(
        100,
        1_000_000,
        10,
        1,
        """
        ann! publish a chat 1
        ann! publish a chat 2
        """,
        OPEN,
        """
        ann> {"type":"chat","room":"a","id":1,"messageId":"…","data":1}
        ann< {"type":"ack","re":1,"seq":1}
        ann= published 1
        ann> {"type":"chat","room":"a","id":2,"messageId":"…","data":2}
        """);
  }

  @Test
  void fleetingMessagesAreNotQueued() {
    replay(
        "ann! fleeting a typing 1\n",
        OPEN,
        LOST,
        "ann! fleeting a typing 2\n+1s\nann= reconnect 1\n",
        BACK,
        "ann= reconnect_success 1\n");
  }

  @Test
  void closingGivesBackWhatWasNotSentAndLeavesOpenWhatWas() {
    replay(
        OPEN,
        """
        ann! publish a chat 1
        ann> {"type":"chat","room":"a","id":1,"messageId":"…","data":1}
        ann lost
        ann= close 1006 unclean
        ann! publish a chat 2
        ann! close
        ann= refused timeout
        ann= unsent
        ann! publish a chat 3
        ann= unsent
        """);
  }

  @Test
  void aLeaveThatTheServerNeverSawIsDoneWhenTheSessionIsGone() {
    replay(
        OPEN,
        """
        ann! join a
        ann> {"type":"join_room","room":"a","id":1}
        ann< {"type":"room_joined","room":"a","re":1,"epoch":"e","seq":7,"members":["ann"],"count":1,"recovered":true}
        ann= joined a 7
        """,
        LOST,
        """
        ann! leave a
        +1s
        ann= reconnect 1
        ann open
        ann> {"type":"resume","id":1,"session":"s1","secret":"k1","logs":[{"room":"a","epoch":"e","seq":7}]}
        ann< {"type":"welcome","re":1,"session":"s2","secret":"k2","user":"ann","logs":[]}
        ann= left a
        ann= open
        ann= reconnect_success 1
        """);
  }
}
