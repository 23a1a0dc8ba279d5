/**
 * Clients of Switchboard servers and of any other WebSocket server. This is all that users import;
 * the packages below are its parts, and not for users.
 */
@NullMarked
package dev.switchboard.client;

import org.jspecify.annotations.NullMarked;
