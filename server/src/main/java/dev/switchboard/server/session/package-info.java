/** Connections, their sessions, and the requests of their clients. Not part of the public API. */
@NullMarked
package dev.switchboard.server.session;

import org.jspecify.annotations.NullMarked;
