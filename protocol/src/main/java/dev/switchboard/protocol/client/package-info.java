/** The client's half of a conversation as a pure state machine. Not for users. */
@NullMarked
package dev.switchboard.protocol.client;

import org.jspecify.annotations.NullMarked;
