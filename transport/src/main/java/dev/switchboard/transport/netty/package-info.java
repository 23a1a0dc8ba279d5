/** The way in: event loops, binding a server, connecting a client, framing messages for many. */
@NullMarked
package dev.switchboard.transport.netty;

import org.jspecify.annotations.NullMarked;
