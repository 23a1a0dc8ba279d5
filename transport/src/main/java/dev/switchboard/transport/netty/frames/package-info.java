/**
 * Frames and the messages made of them, both ways, compressed or not, and how a connection ends.
 */
@NullMarked
package dev.switchboard.transport.netty.frames;

import org.jspecify.annotations.NullMarked;
