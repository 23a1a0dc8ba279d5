/**
 * What both sides agree on: message types, addresses, codes and errors. No socket, no thread, no
 * clock.
 */
@NullMarked
package dev.switchboard.protocol;

import org.jspecify.annotations.NullMarked;
