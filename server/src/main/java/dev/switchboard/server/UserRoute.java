package dev.switchboard.server;

import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.transport.HttpRequest;
import dev.switchboard.transport.HttpResponse;

/**
 * Answers plain HTTP requests of an endpoint's users ({@link EndpointOptions#get}, {@link
 * EndpointOptions#post}).
 */
@FunctionalInterface
public interface UserRoute {
  /**
   * Returns the response. Runs on a virtual thread and may block. If it throws, the exception is
   * logged and the client gets 500.
   *
   * @param user who proved with this request to be that user
   */
  HttpResponse answer(HttpRequest request, AuthenticatedUser user) throws Exception;
}
