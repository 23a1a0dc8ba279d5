/** Who a connection's user is, and for how long that is proved. */
@NullMarked
package dev.switchboard.server.identity;

import org.jspecify.annotations.NullMarked;
