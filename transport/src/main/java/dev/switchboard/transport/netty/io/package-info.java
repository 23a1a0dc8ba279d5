/** Sockets and event loops: bytes in and out, and what the connections of a loop share. */
@NullMarked
package dev.switchboard.transport.netty.io;

import org.jspecify.annotations.NullMarked;
