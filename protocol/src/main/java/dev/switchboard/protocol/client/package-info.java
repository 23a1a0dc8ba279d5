/** The client's side of a conversation, as a pure state machine. Internal. */
@NullMarked
package dev.switchboard.protocol.client;

import org.jspecify.annotations.NullMarked;
