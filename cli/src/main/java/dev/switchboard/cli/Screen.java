package dev.switchboard.cli;

import dev.switchboard.chat.Chat;
import dev.switchboard.client.MessageEvent;
import dev.switchboard.protocol.wire.Printable;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Prints each event on its own line. Text from other people is made {@link Printable}. Thread-safe
 * if what it prints to is.
 */
final class Screen {
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm").withZone(ZoneId.systemDefault());

  private final Supplier<String> self;
  private final Look look;
  private final Consumer<String> print;

  /** Whether the terminal supports colors. */
  enum Look {
    PLAIN,
    COLOUR
  }

  Screen(Supplier<String> self, Look look, Consumer<String> print) {
    this.self = self;
    this.look = look;
    this.print = print;
  }

  void said(MessageEvent<Chat.Message> event) {
    String from = String.valueOf(event.from());
    String to = event.message().to();
    String where;
    if (event.room() != null) {
      where = "#" + event.room() + " ";
    } else if (to != null) {
      where = "→ " + to + " ";
    } else {
      where = "→ " + (from.equals(self.get()) ? from : "you") + " ";
    }
    print.accept(
        dim(CLOCK.format(event.timestamp()) + " " + Printable.of(where))
            + bold(Printable.of(from), from)
            + ": "
            + Printable.of(event.message().content()));
  }

  void note(String text) {
    print.accept(dim(CLOCK.format(Instant.now()) + " * " + Printable.of(text)));
  }

  void help() {
    note(
        "/join ROOM  /leave  /msg USER TEXT  /who  /older  /rooms  /quit — anything else is sent to the room");
  }

  private String dim(String text) {
    return look == Look.COLOUR ? "\u001b[2m" + text + "\u001b[0m" : text;
  }

  private String bold(String text, String name) {
    if (look == Look.PLAIN) {
      return text;
    }
    int colour = 31 + Math.floorMod(name.hashCode(), 6);
    return "\u001b[1;" + colour + "m" + text + "\u001b[0m";
  }
}
