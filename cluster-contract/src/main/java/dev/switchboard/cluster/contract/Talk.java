package dev.switchboard.cluster.contract;

import dev.switchboard.protocol.Fleeting;
import dev.switchboard.protocol.Request;

/** What the members of a room say. */
public sealed interface Talk {
  /** Something that is kept. */
  record Said(String text) implements Talk {}

  /** The server asks what something is called. */
  record WhatName(String of) implements Talk, Request<Name> {}

  /** What it is called. */
  record Name(String name) implements Talk {}

  /** Something that is not kept. */
  @Fleeting
  record Typing(String text) implements Talk {}
}
