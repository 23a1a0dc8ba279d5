/** Messages that are read while they arrive. */
@NullMarked
package dev.switchboard.client.stream;

import org.jspecify.annotations.NullMarked;
