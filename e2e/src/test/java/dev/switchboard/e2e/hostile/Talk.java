package dev.switchboard.e2e.hostile;

import dev.switchboard.protocol.Fleeting;
import dev.switchboard.protocol.FromServer;
import dev.switchboard.protocol.Request;
import dev.switchboard.protocol.TypeName;

/** What people on the attacked server say. */
sealed interface Talk {
  @TypeName("chat")
  record Said(String message) implements Talk {}

  @Fleeting
  record Typing(boolean on) implements Talk {}

  /** Only the server says it. */
  @FromServer
  record Notice(String text) implements Talk {}

  record Ask(int n) implements Talk, Request<Answer> {}

  record Answer(int n) {}

  /** The server answers it with {@link Author}. */
  record Who() implements Talk, Request<Author> {}

  /** For whom the server takes the sender. */
  record Author(String name) {}
}
