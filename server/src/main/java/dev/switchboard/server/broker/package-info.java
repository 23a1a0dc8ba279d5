/**
 * The broker of a server that is alone: commits in batches, and tells subscribers. Not for users.
 */
@NullMarked
package dev.switchboard.server.broker;

import org.jspecify.annotations.NullMarked;
