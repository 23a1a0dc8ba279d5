package dev.switchboard.client;

import dev.switchboard.protocol.Fleeting;
import dev.switchboard.protocol.Request;
import dev.switchboard.protocol.Type;

/** The messages of these tests. */
sealed interface Talk {
  @Type("chat")
  record Said(String message) implements Talk {}

  @Fleeting
  record Typing(boolean on) implements Talk {}

  record Ask(int n) implements Talk, Request<Answer> {}

  record Note(String text) implements Talk {}

  record Answer(int n) {}
}
