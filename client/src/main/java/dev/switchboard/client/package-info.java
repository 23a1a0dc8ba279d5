/**
 * Clients of Switchboard servers and of any other WebSocket server. Users import only this package;
 * its subpackages are internal.
 */
@NullMarked
package dev.switchboard.client;

import org.jspecify.annotations.NullMarked;
