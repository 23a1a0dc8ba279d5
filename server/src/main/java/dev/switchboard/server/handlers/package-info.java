/**
 * Runs users' code, in order for each connection, and notices if it does not return. Not part of
 * the public API.
 */
@NullMarked
package dev.switchboard.server.handlers;

import org.jspecify.annotations.NullMarked;
