package dev.switchboard.server.limits;

import org.jspecify.annotations.Nullable;

/**
 * How often clients may do what. {@code LimitOptions} documents each, with its default. Immutable;
 * null for no limit.
 *
 * @param connects upgrades from one address
 * @param failedLogins failed logins from one address, or for one user
 * @param messages messages of one connection
 * @param bytes bytes of one connection's messages
 * @param requests requests of one connection, by their cost
 */
public record Rates(
    @Nullable Rate connects,
    @Nullable Rate failedLogins,
    @Nullable Rate messages,
    @Nullable Rate bytes,
    @Nullable Rate requests) {}
