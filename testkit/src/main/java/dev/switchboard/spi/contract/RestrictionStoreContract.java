package dev.switchboard.spi.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.spi.Restriction;
import dev.switchboard.spi.Restriction.Kind;
import dev.switchboard.spi.RestrictionStore;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The rules that every {@link RestrictionStore} must satisfy. Implement this interface in a test
 * class.
 */
public interface RestrictionStoreContract {
  /**
   * Opens the store. A second call in the same test opens it again, as after a restart. The test
   * calls {@link #end} for it.
   */
  RestrictionStore open();

  /** Ends the process that opened the store: closes it, and what it depends on. */
  void end(RestrictionStore store);

  private static Restriction restriction(
      Kind kind, String subject, @Nullable String room, long millis, String reason) {
    Instant since = Instant.ofEpochMilli(Instant.now().toEpochMilli());
    return new Restriction(
        new Restriction.Key(kind, "/ws", subject, room), since, since.plusMillis(millis), reason);
  }

  /** Everything comes back after a restart, in every kind, with any text. */
  @Test
  default void whatIsPutOutlivesARestart() {
    Restriction[] all = {
      restriction(Kind.BAN, "ann é 名", null, 60_000, "spam; '\u202e"),
      restriction(Kind.BAN, "ann é 名", "general", 70_000, ""),
      restriction(Kind.MUTE, "ann é 名", null, 80_000, "loud"),
      restriction(Kind.USER_REVOKED, "bob", null, 90_000, ""),
      new Restriction(
          new Restriction.Key(Kind.CREDENTIAL_REVOKED, "", "token-1", null),
          Instant.ofEpochMilli(1),
          Instant.parse("9999-12-31T23:59:59Z"),
          "")
    };
    RestrictionStore store = open();
    assertThat(store.load()).isEmpty();
    for (Restriction one : all) {
      store.put(one);
    }
    assertThat(store.load()).containsExactlyInAnyOrder(all);
    end(store);
    RestrictionStore again = open();
    assertThat(again.load()).containsExactlyInAnyOrder(all);
    end(again);
  }

  /** There is one restriction for each key: the last. */
  @Test
  default void theLastOfAKeyCounts() {
    RestrictionStore store = open();
    store.put(restriction(Kind.BAN, "ann", null, 60_000, "first"));
    Restriction last = restriction(Kind.BAN, "ann", null, 120_000, "second");
    store.put(last);
    assertThat(store.load()).containsExactly(last);
    end(store);
  }

  /** Removing one leaves the others, and removing it again has no effect. */
  @Test
  default void whatIsRemovedDoesNotComeBack() {
    RestrictionStore store = open();
    Restriction there = restriction(Kind.BAN, "ann", null, 60_000, "");
    Restriction gone = restriction(Kind.BAN, "ann", "general", 60_000, "");
    store.put(there);
    store.put(gone);
    store.remove(gone.key());
    store.remove(gone.key());
    end(store);
    RestrictionStore again = open();
    assertThat(again.load()).containsExactly(there);
    end(again);
  }

  /** What has ended may be forgotten, and what has not may not. */
  @Test
  default void whatIsInForceIsNotForgotten() {
    RestrictionStore store = open();
    Restriction lasting = restriction(Kind.MUTE, "ann", null, 60_000, "");
    store.put(restriction(Kind.MUTE, "bob", null, -1, ""));
    store.put(lasting);
    assertThat(store.load()).contains(lasting);
    end(store);
  }

  /** A store that can't be reached says so, and does not pretend to have kept anything. */
  @Test
  default void aStoreThatIsGoneIsUnavailable() {
    RestrictionStore store = open();
    end(store);
    Restriction late = restriction(Kind.BAN, "ann", null, 60_000, "");
    assertThatThrownBy(() -> store.put(late))
        .isInstanceOfSatisfying(
            RefusedException.class,
            refused -> assertThat(refused.code()).isEqualTo(ErrorCode.UNAVAILABLE));
    assertThatThrownBy(store::load).isInstanceOf(RefusedException.class);
    assertThatThrownBy(() -> store.remove(late.key())).isInstanceOf(RefusedException.class);
  }
}
