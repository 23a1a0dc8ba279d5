/**
 * WebSocket and HTTP/1.1 over Netty, as bytes: the upgrade, frames, limits, backpressure and
 * closing. It knows nothing of typed messages.
 *
 * <p>Everything about one connection happens on its event loop, in order. What the loop calls must
 * not block.
 */
@NullMarked
package dev.switchboard.transport;

import org.jspecify.annotations.NullMarked;
