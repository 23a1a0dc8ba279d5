/**
 * Where users' code runs, in order for each connection, and who notices if it does not return. Not
 * for users.
 */
@NullMarked
package dev.switchboard.server.handlers;

import org.jspecify.annotations.NullMarked;
