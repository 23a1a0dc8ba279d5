/**
 * The broker of a server: commits in batches, delivers to subscribers, and tells other servers. Not
 * part of the public API.
 */
@NullMarked
package dev.switchboard.server.broker;

import org.jspecify.annotations.NullMarked;
