/**
 * HTTP/1.1, and the handshake that turns it into a WebSocket, in both roles and through proxies.
 */
@NullMarked
package dev.switchboard.transport.netty.http;

import org.jspecify.annotations.NullMarked;
