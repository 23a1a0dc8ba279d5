/** A WebSocket peer for tests that uses none of the project's own code. */
@NullMarked
package dev.switchboard.peers;

import org.jspecify.annotations.NullMarked;
