/** Plain WebSockets: the connections of a raw endpoint, and what they share. */
@NullMarked
package dev.switchboard.server.raw;

import org.jspecify.annotations.NullMarked;
