/** The server's half of a conversation. Not for users. */
@NullMarked
package dev.switchboard.protocol.server;

import org.jspecify.annotations.NullMarked;
