/**
 * The broker of a single server: commits in batches, and delivers to subscribers. Not part of the
 * public API.
 */
@NullMarked
package dev.switchboard.server.broker;

import org.jspecify.annotations.NullMarked;
