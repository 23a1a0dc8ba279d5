package dev.switchboard.server.limits;

import java.time.Duration;

/**
 * What one client may take of an endpoint, typed or raw. {@code LimitOptions} documents each, with
 * its default and limits. Immutable.
 *
 * @param connectionsPerUser the most connections of one user
 * @param connectionsPerAddress the most connections from one address
 * @param upgrades the most upgrades whose users are being identified
 * @param upgradesPerAddress the most of them from one address
 * @param identifyTimeout how long users' code may take to identify a user
 * @param rates how often clients may do what
 */
public record ClientLimits(
    int connectionsPerUser,
    int connectionsPerAddress,
    int upgrades,
    int upgradesPerAddress,
    Duration identifyTimeout,
    Rates rates) {}
