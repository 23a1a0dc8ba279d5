/** What a deployment swaps: where logs are kept, and how entries get to every server. */
@NullMarked
package dev.switchboard.spi;

import org.jspecify.annotations.NullMarked;
