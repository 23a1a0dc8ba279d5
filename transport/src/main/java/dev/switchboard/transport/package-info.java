/** WebSocket and HTTP over Netty, for servers and clients. */
@NullMarked
package dev.switchboard.transport;

import org.jspecify.annotations.NullMarked;
