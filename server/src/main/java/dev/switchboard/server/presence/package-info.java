/** Who is where, who was last seen when, and how others are told. Not for users. */
@NullMarked
package dev.switchboard.server.presence;

import org.jspecify.annotations.NullMarked;
