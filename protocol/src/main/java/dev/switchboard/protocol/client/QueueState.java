package dev.switchboard.protocol.client;

/**
 * How full a client's queue is. Immutable.
 *
 * @param waiting messages that have not been sent on the current connection
 * @param onTheWay messages that were sent on the current connection and have no answer yet
 * @param bytes the size of all of these
 * @param full whether another message would not fit
 * @param oldest how long the oldest waiting message has waited, in milliseconds; 0 if there is none
 */
public record QueueState(int waiting, int onTheWay, long bytes, boolean full, long oldest) {}
