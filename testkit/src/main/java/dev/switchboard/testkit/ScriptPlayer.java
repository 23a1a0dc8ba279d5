package dev.switchboard.testkit;

import dev.switchboard.protocol.wire.Transcript;
import dev.switchboard.protocol.wire.TranscriptNames;
import dev.switchboard.transport.HttpExchange;
import dev.switchboard.transport.HttpResponse;
import dev.switchboard.transport.WebSocket;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Plays the lines of scripts one after another. Confined to one thread at a time. */
final class ScriptPlayer {
  private final World world;
  private final TranscriptNames names;
  private final Map<String, ScriptLine> lines = new HashMap<>();
  private @Nullable ScriptLine newest; // the connection that opened last

  // Faults to apply to the next message.
  private boolean duplicating;
  private boolean reordering; // stays set until two messages were sent
  private boolean dropping;
  private @Nullable Duration delay;

  private @Nullable String held; // the first of two messages to be reordered

  ScriptPlayer(World world, TranscriptNames names) {
    this.world = world;
    this.names = names;
  }

  void play(Transcript script) {
    for (Transcript.Line line : script.lines()) {
      try {
        play(line);
      } catch (RuntimeException | AssertionError broken) {
        throw new AssertionError("line " + line + "\n" + broken.getMessage(), broken);
      }
    }
  }

  private void play(Transcript.Line line) {
    switch (line.kind()) {
      case TIME -> world.pass(time(line));
      case OPEN -> open(line.who());
      case LOST -> line(line.who()).act(WebSocket::terminate);
      case RECEIVED -> say(line(line.who()), line.text());
      case SENT -> line(line.who()).expect(line.text(), names);
      case CALL -> {
        if (line.who().equals("peer")) {
          misbehave(line.text().split(" ", -1));
        }
      }
      case REPORT -> {}
    }
  }

  private static Duration time(Transcript.Line line) {
    return Duration.ofMillis(Long.parseLong(line.text()));
  }

  private void open(String who) {
    ScriptLine line = new ScriptLine();
    next().accept(line.upgrade());
    lines.put(who, line);
    newest = line;
  }

  private HttpExchange next() {
    try {
      return Optional.ofNullable(world.next(Patience.DEFAULT))
          .orElseThrow(() -> new AssertionError("no client connects"));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", interrupted);
    }
  }

  private ScriptLine line(String who) {
    return Optional.ofNullable(lines.get(who))
        .orElseThrow(
            () -> new AssertionError(who + " is not open (expected: an open line before)"));
  }

  private void say(ScriptLine line, String text) {
    String said = ScriptLine.isJson(text) ? names.filled(ScriptLine.json(text)).toString() : text;
    Duration after = delay;
    delay = null;
    if (dropping) {
      dropping = false;
    } else if (after != null) {
      world.later(after, () -> line.say(said));
    } else {
      sayNow(line, said);
    }
  }

  private void sayNow(ScriptLine line, String said) {
    if (reordering && held == null) {
      held = said;
      return;
    }
    line.say(said);
    if (held != null) {
      line.say(held);
      held = null;
      reordering = false;
    }
    if (duplicating) {
      line.say(said);
      duplicating = false;
    }
  }

  private void misbehave(String[] words) {
    switch (words[0]) {
      case "refuse" -> next().respond(HttpResponse.text(Integer.parseInt(words[1]), "refused"));
      case "duplicate" -> duplicating = true;
      case "reorder" -> reordering = true;
      case "drop" -> dropping = true;
      case "delay" -> delay = time(Transcript.parse("+" + words[1]).lines().getFirst());
      case "half-open" ->
          Optional.ofNullable(newest)
              .orElseThrow(() -> new AssertionError("nothing is open"))
              .act(WebSocket::pauseReading);
      default ->
          throw new AssertionError(
              words[0] + " (expected: refuse, drop, delay, duplicate, reorder or half-open)");
    }
  }
}
