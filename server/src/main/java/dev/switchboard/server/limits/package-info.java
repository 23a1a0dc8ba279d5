/** The options of an endpoint, what counts against them, and who is told. Not for users. */
@NullMarked
package dev.switchboard.server.limits;

import org.jspecify.annotations.NullMarked;
