/**
 * Keeps publications on disk until they are acknowledged, and the gate before the queue. Internal.
 */
@NullMarked
package dev.switchboard.client.outbox;

import org.jspecify.annotations.NullMarked;
