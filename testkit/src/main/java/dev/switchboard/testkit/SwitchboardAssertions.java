package dev.switchboard.testkit;

import dev.switchboard.client.Client;
import dev.switchboard.client.ClientEvent;
import dev.switchboard.client.MessageEvent;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * Assertions about clients, to be imported statically. They wait, for 10 seconds unless specified
 * otherwise, until the assertion holds, and fail with a description of what arrived instead.
 *
 * <p>What a client receives and reports is recorded from {@link #watch} on. Clients that {@link
 * TestServer} injects or creates are watched from the start. Each assertion takes what it finds, so
 * the next one looks for the next match. Thread-safe.
 */
public final class SwitchboardAssertions {
  private SwitchboardAssertions() {}

  /** Starts recording what a client receives, and returns the client. Call it before connecting. */
  public static <M> Client<M> watch(Client<M> client) {
    Inbox.watch(client);
    return client;
  }

  /** Takes the next message of a class. */
  public static <T> MessageEvent<T> assertReceived(Client<? super T> client, Class<T> type) {
    return assertReceived(client, type, Patience.DEFAULT);
  }

  /** Takes the next message of a class, which must arrive within this time. */
  public static <T> MessageEvent<T> assertReceived(
      Client<? super T> client, Class<T> type, Duration within) {
    return received(client, type, message -> true, type.getSimpleName(), within);
  }

  /** Takes the next message of a class that matches a predicate, skipping those that don't. */
  public static <T> MessageEvent<T> assertReceived(
      Client<? super T> client, Class<T> type, Predicate<? super T> fitting) {
    return received(
        client, type, fitting, type.getSimpleName() + " matching the predicate", Patience.DEFAULT);
  }

  /** Takes the next message that equals this one. */
  @SuppressWarnings("unchecked") // a message's class is the class of messages like it
  public static <T extends Record> MessageEvent<T> assertReceived(
      Client<? super T> client, T message) {
    Class<T> type = (Class<T>) message.getClass();
    return received(client, type, message::equals, message.toString(), Patience.DEFAULT);
  }

  /** Fails if a message of a class is there, or arrives within this time. */
  public static void assertNotReceived(Client<?> client, Class<?> type, Duration within) {
    Optional<Object> came = Inbox.of(client).take(one -> isMessage(one, type), within);
    if (came.isPresent()) {
      throw new AssertionError(
          "received " + came.get() + " (expected: no " + type.getSimpleName() + ")");
    }
  }

  /** Takes the next event of a kind. */
  public static <E extends ClientEvent> E assertEvent(Client<?> client, Class<E> kind) {
    Object came =
        Inbox.of(client)
            .take(kind::isInstance, Patience.DEFAULT)
            .orElseThrow(() -> missing(client, kind.getSimpleName(), Patience.DEFAULT));
    return kind.cast(came);
  }

  /** Waits until a condition is true. */
  public static void assertEventually(BooleanSupplier condition) {
    if (!Patience.until(Patience.DEFAULT, condition)) {
      throw new AssertionError("not true within " + Patience.DEFAULT.toSeconds() + " s");
    }
  }

  @SuppressWarnings("unchecked") // because its message is of that class
  private static <T> MessageEvent<T> received(
      Client<?> client, Class<T> type, Predicate<? super T> fitting, String what, Duration within) {
    return (MessageEvent<T>)
        Inbox.of(client)
            .take(
                one ->
                    one instanceof MessageEvent<?> event
                        && type.isInstance(event.message())
                        && fitting.test(type.cast(event.message())),
                within)
            .orElseThrow(() -> missing(client, what, within));
  }

  private static boolean isMessage(Object one, Class<?> type) {
    return one instanceof MessageEvent<?> event && type.isInstance(event.message());
  }

  private static AssertionError missing(Client<?> client, String what, Duration within) {
    return new AssertionError(
        "no " + what + " within " + within.toMillis() + " ms; " + Inbox.of(client).shown());
  }
}
