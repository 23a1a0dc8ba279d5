/** Entry points of the transport: event loops, servers, clients, and messages framed in advance. */
@NullMarked
package dev.switchboard.transport.netty;

import org.jspecify.annotations.NullMarked;
