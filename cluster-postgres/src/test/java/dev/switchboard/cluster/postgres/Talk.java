package dev.switchboard.cluster.postgres;

import dev.switchboard.protocol.Fleeting;
import dev.switchboard.protocol.Request;

sealed interface Talk {
  record Said(String text) implements Talk {}

  /** The server asks what something is called. */
  record WhatName(String of) implements Talk, Request<Name> {}

  record Name(String name) implements Talk {}

  @Fleeting
  record Typing(String text) implements Talk {}
}
