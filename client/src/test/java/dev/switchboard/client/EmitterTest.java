package dev.switchboard.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A program's own events. */
@Tag("A11")
class EmitterTest {
  private sealed interface Game {
    record Scored(String who) implements Game {}

    record Over(int minutes) implements Game {}
  }

  private final Emitter<Game> emitter = new Emitter<>();
  private final List<String> heard = new ArrayList<>();

  @Test
  void anEventGoesToTheHandlersOfItsClassInTheirOrder() {
    emitter.on(Game.Scored.class, scored -> heard.add("1 " + scored.who()));
    emitter.on(Game.class, any -> heard.add("2 " + any));
    emitter.on(Game.Over.class, over -> heard.add("3 " + over.minutes()));
    assertThat(emitter.emit(new Game.Scored("ann"))).isEqualTo(2);
    assertThat(emitter.emit(new Game.Over(90))).isEqualTo(2);
    assertThat(heard).containsExactly("1 ann", "2 Scored[who=ann]", "2 Over[minutes=90]", "3 90");
    assertThat(emitter.listeners(Game.Over.class)).isEqualTo(2);
  }

  @Test
  void onceIsOnceEvenIfTheHandlerEmits() {
    emitter.once(
        Game.Scored.class,
        scored -> {
          heard.add(scored.who());
          emitter.emit(new Game.Scored("bob"));
        });
    emitter.emit(new Game.Scored("ann"));
    assertThat(emitter.emit(new Game.Scored("cid"))).isZero();
    assertThat(heard).containsExactly("ann");
  }

  @Test
  void whatIsOffHearsNoMore() {
    Consumer<Game> handler = game -> heard.add("no");
    Subscription closed = emitter.on(Game.Scored.class, scored -> heard.add("no"));
    closed.close();
    closed.close();
    emitter.on(Game.class, handler);
    emitter.on(Game.Over.class, handler);
    assertThat(emitter.off(handler)).isTrue();
    assertThat(emitter.off(handler)).isFalse();
    emitter.on(Game.Over.class, over -> heard.add("no"));
    emitter.off(Game.Over.class);
    emitter.emit(new Game.Scored("ann"));
    emitter.emit(new Game.Over(1));
    assertThat(heard).isEmpty();
  }

  @Test
  void whatOneHandlerThrowsKeepsNoOtherFromTheEvent() {
    IllegalStateException broken = new IllegalStateException("broken");
    List<Throwable> errors = new ArrayList<>();
    emitter.onError(thrown -> {
      throw new IllegalArgumentException("so is this one");
    });
    emitter.onError(errors::add);
    emitter.on(
        Game.class,
        game -> {
          throw broken;
        });
    emitter.once(
        Game.class,
        game -> {
          throw broken;
        });
    emitter.on(Game.class, game -> heard.add("heard"));
    emitter.emit(new Game.Over(1));
    emitter.emit(new Game.Over(2));
    assertThat(heard).containsExactly("heard", "heard");
    assertThat(errors).containsExactly(broken, broken, broken);
  }
}
