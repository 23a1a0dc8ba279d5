/** Publications on disk until they are acknowledged, and the gate before the queue. */
@NullMarked
package dev.switchboard.client.outbox;

import org.jspecify.annotations.NullMarked;
