package dev.switchboard.client;

/**
 * The session that a client has with its server. It outlives connections. Immutable.
 *
 * @param id the server's name for it
 * @param user who the server takes the client for
 * @param resumed whether it went on after a lost connection, with its rooms
 */
public record SessionInfo(String id, String user, boolean resumed) {}
