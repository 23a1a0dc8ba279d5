/** The wire and the session state machines, shared by client and server. Not for users. */
@NullMarked
package dev.switchboard.protocol.internal;

import org.jspecify.annotations.NullMarked;
