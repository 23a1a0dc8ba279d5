package dev.switchboard.client;

/**
 * A client's session with its server. It outlives connections. Immutable.
 *
 * @param id the server's ID for it
 * @param user the user that the server knows the client as
 * @param resumed whether it was resumed after a lost connection, with its rooms
 */
public record SessionInfo(String id, String user, boolean resumed) {}
