/**
 * Topics and their readers, which are live, or behind and catching up from the log. Not part of the
 * public API.
 */
@NullMarked
package dev.switchboard.server.delivery;

import org.jspecify.annotations.NullMarked;
