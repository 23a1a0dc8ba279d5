/** Drives a client's session: its thread and clock, its sockets, and what users want sent. */
@NullMarked
package dev.switchboard.client.engine;

import org.jspecify.annotations.NullMarked;
