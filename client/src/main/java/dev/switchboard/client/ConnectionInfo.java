package dev.switchboard.client;

import java.net.InetSocketAddress;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * The present connection. Immutable.
 *
 * @param uri where the connection leads to, after redirects; or the last attempt to connect did
 * @param readyState where the connection is in its life
 * @param subprotocol what was agreed on; null if nothing was, or there is no connection
 * @param extensions the value of {@code Sec-WebSocket-Extensions} that was agreed on; empty if none
 * @param remoteAddress the server's address; null if there is no connection
 */
public record ConnectionInfo(
    URI uri,
    ReadyState readyState,
    @Nullable String subprotocol,
    String extensions,
    @Nullable InetSocketAddress remoteAddress) {}
