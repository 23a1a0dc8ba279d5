/**
 * Tracks who is where and who was last seen when, and notifies others. Not part of the public API.
 */
@NullMarked
package dev.switchboard.server.presence;

import org.jspecify.annotations.NullMarked;
