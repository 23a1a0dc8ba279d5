package dev.switchboard.server;

import dev.switchboard.transport.HttpRequest;

/** Identifies the user of an HTTP request before the upgrade. */
@FunctionalInterface
public interface Identifier {
  /**
   * Allows the upgrade for a user, or refuses it with an HTTP status. If it throws, the client gets
   * 500. Called on a virtual thread; may block.
   */
  Verdict identify(HttpRequest request) throws Exception;
}
