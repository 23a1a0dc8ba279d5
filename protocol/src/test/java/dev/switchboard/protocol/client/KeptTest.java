package dev.switchboard.protocol.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.protocol.wire.Transcript;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What becomes of messages that are kept elsewhere, such as in an outbox. */
@Tag("A18")
class KeptTest {
  private static final String OPEN =
      """
      ann! connect
      ann open
      ann< {"type":"welcome","session":"s1","secret":"k1","user":"ann","logs":[]}
      ann= open
      """;

  private static final String JOINED =
      """
      ann! join a
      ann> {"type":"join_room","room":"a","id":1}
      ann< {"type":"room_joined","room":"a","re":1,"epoch":"e","seq":7,"members":["ann"],"count":1,"recovered":true}
      ann= joined a 7
      """;

  private final ClientRole role =
      new ClientRole(
          "ann",
          new Settings(
              Settings.DEFAULT.backoff(),
              10_000,
              10_000,
              null,
              Settings.Queue.DEFAULT.withBounds(2, 1_000),
              10,
              1_000_000),
          1.0,
          false);

  private void replay(String... parts) {
    role.replay(Transcript.parse(String.join("", parts)));
  }

  @Test
  void theyOutliveTheEndOfTheClientAndGoOutInOrderInItsNextLife() {
    replay(
        """
        ann! keep a chat 1
        ann! keep a chat 2
        """,
        OPEN,
        """
        ann> {"type":"chat","room":"a","id":1,"messageId":"$1","data":1}
        ann> {"type":"chat","room":"a","id":2,"messageId":"$2","data":2}
        ann! keep a chat 3
        ann> {"type":"chat","room":"a","id":3,"messageId":"$3","data":3}
        ann< {"type":"ack","re":2,"seq":1}
        ann= published 1
        ann< close 1008
        ann= close 1008 clean
        ann! keep a chat 4
        ann! publish a chat 5
        ann= unsent
        +1m
        ann! connect
        ann open
        ann> {"type":"resume","id":1,"session":"s1","secret":"k1","logs":[]}
        ann< {"type":"resumed","re":1,"session":"s1","user":"ann","logs":[]}
        ann= open
        ann> {"type":"chat","room":"a","id":2,"messageId":"$1","data":1}
        ann> {"type":"chat","room":"a","id":3,"messageId":"$3","data":3}
        ann> {"type":"chat","room":"a","id":4,"messageId":"$4","data":4}
        """);
    assertThat(role.queue().onTheWay()).isEqualTo(3);
  }

  @Test
  void theyAreTriedAgainInTheirPlaceWhenTheServerCannotTakeThemNow() {
    replay(
        OPEN,
        """
        ann! keep a chat 1
        ann> {"type":"chat","room":"a","id":1,"messageId":"$1","data":1}
        ann! keep a chat 2
        ann> {"type":"chat","room":"a","id":2,"messageId":"$2","data":2}
        ann< {"type":"error","re":1,"code":"rate_limited","message":"slow","retryable":true,"details":{"retryAfter":300}}
        ann< {"type":"error","re":2,"code":"rate_limited","message":"slow","retryable":true,"details":{"retryAfter":300}}
        ann! keep a chat 3
        +1299ms
        +1ms
        ann> {"type":"chat","room":"a","id":3,"messageId":"$1","data":1}
        ann> {"type":"chat","room":"a","id":4,"messageId":"$2","data":2}
        ann> {"type":"chat","room":"a","id":5,"messageId":"$3","data":3}
        ann< {"type":"error","re":3,"code":"forbidden","message":"no","retryable":false}
        ann= refused forbidden
        """);
  }

  @Test
  void theyAreTriedLessAndLessOftenUntilOneIsTaken() {
    String refused =
        "ann< {\"type\":\"error\",\"re\":%d,\"code\":\"unavailable\",\"message\":\"later\",\"retryable\":true}\n";
    String said =
        "ann> {\"type\":\"chat\",\"room\":\"a\",\"id\":%d,\"messageId\":\"$1\",\"data\":1}\n";
    replay(
        OPEN,
        "ann! keep a chat 1\n",
        said.formatted(1),
        refused.formatted(1),
        "+999ms\n+1ms\n",
        said.formatted(2),
        refused.formatted(2),
        "+1999ms\n+1ms\n",
        said.formatted(3),
        """
        ann< {"type":"error","re":3,"code":"rate_limited","message":"slow","retryable":true,"details":{"retryAfter":1000000000}}
        +299999ms
        +1ms
        """,
        said.formatted(4),
        """
        ann< {"type":"ack","re":4,"seq":1}
        ann= published 1
        ann! keep a chat 2
        ann> {"type":"chat","room":"a","id":5,"messageId":"$2","data":2}
        """,
        refused.formatted(5),
        "+999ms\n+1ms\n",
        "ann> {\"type\":\"chat\",\"room\":\"a\",\"id\":6,\"messageId\":\"$2\",\"data\":2}\n");
  }

  @Test
  void thoseOfAnEarlierProcessWaitUntilTheirRoomIsJoinedAndHoldUpNobody() {
    replay(
        """
        ann! restore a chat 1
        ann! restore b chat 2
        ann! restore a chat 3
        """,
        OPEN,
        JOINED,
        """
        ann> {"type":"chat","room":"a","id":2,"messageId":"$1","data":1}
        ann> {"type":"chat","room":"a","id":3,"messageId":"$3","data":3}
        ann! keep a chat 4
        ann> {"type":"chat","room":"a","id":4,"messageId":"$4","data":4}
        """);
    assertThat(role.queue().waiting()).isEqualTo(1);
  }
}
