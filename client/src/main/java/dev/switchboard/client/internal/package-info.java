/** What a client stands on. Not for users. */
@NullMarked
package dev.switchboard.client.internal;

import org.jspecify.annotations.NullMarked;
