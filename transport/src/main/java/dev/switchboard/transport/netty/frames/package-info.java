/** Frames, the messages made of them, compression, and the close handshake. */
@NullMarked
package dev.switchboard.transport.netty.frames;

import org.jspecify.annotations.NullMarked;
