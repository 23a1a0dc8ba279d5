/** Who a connection belongs to, and for how long. */
@NullMarked
package dev.switchboard.server.identity;

import org.jspecify.annotations.NullMarked;
