/** Fails a test class that loses a Netty buffer. */
@NullMarked
package dev.switchboard.leaks;

import org.jspecify.annotations.NullMarked;
