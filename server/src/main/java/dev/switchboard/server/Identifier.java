package dev.switchboard.server;

import dev.switchboard.transport.HttpRequest;

/** Says who a request comes from, before the upgrade. */
@FunctionalInterface
public interface Identifier {
  /**
   * Allows the upgrade for a user, or refuses it with an HTTP status. What it throws is answered
   * with 500.
   */
  Verdict identify(HttpRequest request) throws Exception;
}
