package dev.switchboard.client;

import java.net.InetSocketAddress;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * The current connection. Immutable.
 *
 * @param uri the server's address after redirects; without a connection, that of the last attempt
 * @param readyState the state of the connection
 * @param subprotocol the negotiated subprotocol; null if there is none or no connection
 * @param extensions the negotiated {@code Sec-WebSocket-Extensions}; empty if none
 * @param remoteAddress the server's address; null if there is no connection
 */
public record ConnectionInfo(
    URI uri,
    ReadyState readyState,
    @Nullable String subprotocol,
    String extensions,
    @Nullable InetSocketAddress remoteAddress) {}
