package dev.switchboard.spi;

import dev.switchboard.protocol.Address;

/**
 * Identifies a log among all logs of a deployment. Immutable.
 *
 * @param space the namespace that separates the rooms and users of one endpoint from another's
 * @param address the log within that namespace
 */
public record LogKey(String space, Address address) {}
