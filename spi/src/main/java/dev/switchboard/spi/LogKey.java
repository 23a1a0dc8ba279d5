package dev.switchboard.spi;

import dev.switchboard.protocol.Address;

/**
 * A log among all logs of a deployment. Immutable.
 *
 * @param space what keeps the rooms and users of one endpoint apart from those of another
 * @param address the log in that space
 */
public record LogKey(String space, Address address) {}
