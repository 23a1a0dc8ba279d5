package dev.switchboard.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The rule of {@code docs/client.md} for blocking and asynchronous methods. */
@Tag("A1")
class TwinsTest {
  private static final List<Class<?>> API =
      List.of(
          WebSocketClient.class,
          Client.class,
          RawClient.class,
          PlainClient.class,
          Channel.class,
          Room.class,
          ClientBuilder.class);

  private record Call(Class<?> of, String name, List<Class<?>> parameters, boolean stage) {
    Call(Method method) {
      this(
          method.getDeclaringClass(),
          method.getName(),
          List.of(method.getParameterTypes()),
          CompletionStage.class.isAssignableFrom(method.getReturnType()));
    }

    boolean async() {
      return name.endsWith("Async");
    }

    String blockingName() {
      return async() ? name.substring(0, name.length() - "Async".length()) : name;
    }

    boolean twinOf(Call other) {
      return of.equals(other.of)
          && blockingName().equals(other.blockingName())
          && async() != other.async()
          && parameters.equals(other.parameters);
    }
  }

  private static List<Call> calls() {
    return API.stream()
        .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
        .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isBridge())
        .map(Call::new)
        .toList();
  }

  @Test
  void eachMethodOfANameHasATwinIfOneHas() {
    List<Call> calls = calls();
    Set<String> twins =
        Set.copyOf(calls.stream().filter(Call::async).map(Call::blockingName).toList());
    assertThat(twins).contains("connect", "close", "publish", "send", "request", "history");
    Stream<Call> alone =
        calls.stream()
            .filter(call -> twins.contains(call.blockingName()))
            .filter(call -> calls.stream().noneMatch(call::twinOf))
            .filter(call -> !streams(call));
    assertThat(alone).isEmpty();
  }

  /** It returns a {@link Transfer} at once. */
  private static boolean streams(Call call) {
    return call.parameters.equals(List.of(Path.class))
        || call.parameters.equals(List.of(InputStream.class));
  }

  @Test
  void whatReturnsAStageSaysSoInItsName() {
    assertThat(calls().stream().filter(Call::stage).filter(call -> !call.async()))
        .extracting(Call::name)
        .containsExactly("flush");
    assertThat(calls().stream().filter(Call::async)).allMatch(Call::stage);
  }
}
