package dev.switchboard.server.http;

/**
 * How a server treats every HTTP request, whatever its path. Immutable.
 *
 * @param hosts the names that the server answers to
 * @param proxies the proxies that are believed who their client is
 * @param headers the headers that every response gets
 */
public record HttpPolicy(AllowedHosts hosts, TrustedProxies proxies, SecurityHeaders headers) {}
