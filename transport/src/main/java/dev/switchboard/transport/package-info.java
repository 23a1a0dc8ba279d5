/**
 * WebSocket and HTTP/1.1 over Netty, as bytes: the upgrade, frames, limits, backpressure and
 * closing. This package knows nothing of typed messages.
 *
 * <p>Everything about one connection runs on its event loop, in order. Callbacks on the loop must
 * not block.
 */
@NullMarked
package dev.switchboard.transport;

import org.jspecify.annotations.NullMarked;
