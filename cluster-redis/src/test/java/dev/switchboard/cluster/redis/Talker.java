package dev.switchboard.cluster.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.cluster.contract.Member;
import dev.switchboard.cluster.contract.Talk;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Publishes without a pause, and notes what was acknowledged and how often it was refused. */
final class Talker {
  private static final Duration LONG = Duration.ofSeconds(40);

  private final Member member;
  private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
  private final AtomicInteger refused = new AtomicInteger();
  private volatile boolean stopped; // set by talkDuring

  Talker(Member member) {
    this.member = member;
  }

  /** Talks for as long as something else takes. */
  void talkDuring(Runnable steps) throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> talking = threads.submit(this::talk);
      try {
        steps.run();
      } finally {
        stopped = true;
      }
      var unused = talking.get();
    }
  }

  private void talk() {
    for (int i = 0; !stopped; i++) {
      try {
        member.room.publish(new Talk.Said("m" + i));
        acknowledged.add("m" + i);
      } catch (RefusedException failure) {
        assertThat(failure.code()).isEqualTo(ErrorCode.UNAVAILABLE);
        refused.incrementAndGet();
      }
    }
  }

  Set<String> acknowledged() {
    return acknowledged;
  }

  void awaitMore(int count) {
    int before = acknowledged.size();
    await().atMost(LONG).until(() -> acknowledged.size() >= before + count);
  }

  void awaitRefusal() {
    int before = refused.get();
    await().atMost(LONG).until(() -> refused.get() > before);
  }

  /** Expects that members heard all that was acknowledged, once, in order, and without a gap. */
  void expectAll(Member... members) {
    long last = members[0].room.publish(new Talk.Said("last")).seq();
    for (Member one : members) {
      one.expectAllUpTo(last);
      assertThat(one.texts).doesNotHaveDuplicates().containsAll(acknowledged);
    }
  }
}
