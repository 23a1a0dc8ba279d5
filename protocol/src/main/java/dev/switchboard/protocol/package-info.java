/**
 * What both sides agree on: message types, addresses, codes and errors. It uses no socket, thread
 * or clock.
 */
@NullMarked
package dev.switchboard.protocol;

import org.jspecify.annotations.NullMarked;
