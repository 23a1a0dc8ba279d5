/**
 * Envelopes, control messages and their two encodings: what both sides put on the wire. Internal.
 */
@NullMarked
package dev.switchboard.protocol.wire;

import org.jspecify.annotations.NullMarked;
