/** What a deployment can replace: where logs are stored, and how entries reach every server. */
@NullMarked
package dev.switchboard.spi;

import org.jspecify.annotations.NullMarked;
