/** What the transport is made of. Not for users; nothing here is stable. */
@NullMarked
package dev.switchboard.transport.internal;

import org.jspecify.annotations.NullMarked;
