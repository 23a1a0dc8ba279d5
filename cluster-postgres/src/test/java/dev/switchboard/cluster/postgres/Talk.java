package dev.switchboard.cluster.postgres;

import dev.switchboard.protocol.Fleeting;

sealed interface Talk {
  record Said(String text) implements Talk {}

  @Fleeting
  record Typing(String text) implements Talk {}
}
