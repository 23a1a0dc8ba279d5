/** Connections, the sessions they have, and what their clients ask for. Not for users. */
@NullMarked
package dev.switchboard.server.session;

import org.jspecify.annotations.NullMarked;
