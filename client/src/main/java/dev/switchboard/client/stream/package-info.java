/** Messages that are read while they are sent, or while they arrive. */
@NullMarked
package dev.switchboard.client.stream;

import org.jspecify.annotations.NullMarked;
