/** Sockets and event loops: reading and writing bytes, and what the connections of a loop share. */
@NullMarked
package dev.switchboard.transport.netty.io;

import org.jspecify.annotations.NullMarked;
