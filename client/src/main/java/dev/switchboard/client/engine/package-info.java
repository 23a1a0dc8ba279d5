/**
 * Drives a client's session: its thread and clock, its sockets, and the users' commands. Internal.
 */
@NullMarked
package dev.switchboard.client.engine;

import org.jspecify.annotations.NullMarked;
