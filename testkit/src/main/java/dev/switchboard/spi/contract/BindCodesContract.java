package dev.switchboard.spi.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.BindCodes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * The rules that every {@link BindCodes} must satisfy. Implement this interface in a test class.
 */
public interface BindCodesContract {
  /** The hash that most rules use. */
  String HASH = "0123456789abcdef".repeat(4);

  /** How many take a code at the same time. */
  int TAKERS = 16;

  /**
   * Opens the store of one server. If {@link #shared()}, a second call in the same test opens that
   * of another server of the same deployment. The test closes it.
   */
  BindCodes open();

  /** Returns the time by the store's clock. */
  default Instant now() {
    return Instant.now();
  }

  /** Whether servers can share the store's contents. */
  default boolean shared() {
    return true;
  }

  /** A user with everything that must come back. */
  private AuthenticatedUser ann() {
    return new AuthenticatedUser(
        "ann é 名",
        Map.of(
            "sub",
            "ann",
            "level",
            7,
            "admin",
            true,
            "groups",
            List.of("a", "b"),
            "address",
            Map.of("city", "Bern")),
        Set.of("admin", "editor"),
        now().plusSeconds(3_600),
        "token-1");
  }

  @Test
  default void whatWasPutIsTakenOnceAsItWas() {
    try (BindCodes store = open()) {
      AuthenticatedUser ann = ann();
      store.put(HASH, ann, now().plusSeconds(60));
      assertThat(store.take(HASH)).contains(ann);
      assertThat(store.take(HASH)).as("a second time").isEmpty();
    }
  }

  @Test
  default void aUserWithNothingButANameComesBack() {
    try (BindCodes store = open()) {
      store.put(HASH, AuthenticatedUser.of("ann"), now().plusSeconds(60));
      assertThat(store.take(HASH)).contains(AuthenticatedUser.of("ann"));
    }
  }

  @Test
  default void anUnknownHashHasNobody() {
    try (BindCodes store = open()) {
      store.put(HASH, ann(), now().plusSeconds(60));
      assertThat(store.take("f".repeat(64))).isEmpty();
      assertThat(store.take(HASH)).as("is still there").isPresent();
    }
  }

  @Test
  default void anExpiredCodeHasNobody() {
    try (BindCodes store = open()) {
      store.put(HASH, ann(), now().minusMillis(1));
      assertThat(store.take(HASH)).isEmpty();
    }
  }

  @Test
  default void eachHashHasItsOwnUser() {
    try (BindCodes store = open()) {
      String other = "f".repeat(64);
      store.put(HASH, AuthenticatedUser.of("ann"), now().plusSeconds(60));
      store.put(other, AuthenticatedUser.of("bob"), now().plusSeconds(60));
      assertThat(store.take(other).orElseThrow().name()).isEqualTo("bob");
      assertThat(store.take(HASH).orElseThrow().name()).isEqualTo("ann");
    }
  }

  @Test
  default void ofThoseWhoTakeItAtOnceOneGetsIt() throws Exception {
    try (BindCodes one = open();
        BindCodes other = shared() ? open() : null;
        ExecutorService takers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int round = 0; round < 50; round++) {
        String hash = String.format("%064x", round);
        one.put(hash, AuthenticatedUser.of("ann"), now().plusSeconds(60));
        List<Callable<Optional<AuthenticatedUser>>> takes = new ArrayList<>();
        for (int i = 0; i < TAKERS; i++) {
          BindCodes store = other != null && i % 2 == 0 ? other : one;
          takes.add(() -> store.take(hash));
        }
        int got = 0;
        for (Future<Optional<AuthenticatedUser>> take : takers.invokeAll(takes)) {
          got += take.get().isPresent() ? 1 : 0;
        }
        assertThat(got).as("round %s", round).isEqualTo(1);
      }
    }
  }

  @Test
  default void anotherServerTakesIt() {
    assumeTrue(shared());
    try (BindCodes one = open();
        BindCodes other = open()) {
      one.put(HASH, ann(), now().plusSeconds(60));
      assertThat(other.take(HASH)).isPresent();
      assertThat(one.take(HASH)).isEmpty();
    }
  }
}
