/** The server's side of a conversation, as a state machine. Internal. */
@NullMarked
package dev.switchboard.protocol.server;

import org.jspecify.annotations.NullMarked;
