/** The other side of a WebSocket, made of nothing of ours. */
@NullMarked
package dev.switchboard.peers;

import org.jspecify.annotations.NullMarked;
