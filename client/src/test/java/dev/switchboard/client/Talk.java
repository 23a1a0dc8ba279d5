package dev.switchboard.client;

import dev.switchboard.protocol.Fleeting;
import dev.switchboard.protocol.Request;
import dev.switchboard.protocol.TypeName;

/** The messages of these tests. */
sealed interface Talk {
  @TypeName("chat")
  record Said(String message) implements Talk {}

  @Fleeting
  record Typing(boolean on) implements Talk {}

  @Fleeting
  record Cursor(String at) implements Talk {}

  record Ask(int n) implements Talk, Request<Answer> {}

  record Note(String text) implements Talk {}

  record Answer(int n) {}
}
