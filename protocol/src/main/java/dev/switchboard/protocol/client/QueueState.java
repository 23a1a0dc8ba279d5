package dev.switchboard.protocol.client;

/**
 * How full a client's queue is. Immutable.
 *
 * @param waiting messages that are still to be sent
 * @param onTheWay messages that were sent on the present connection and have no answer
 * @param bytes of both
 * @param full whether another message would not fit
 * @param oldest how long the oldest that waits has waited, in milliseconds; 0 if none does
 */
public record QueueState(int waiting, int onTheWay, long bytes, boolean full, long oldest) {}
