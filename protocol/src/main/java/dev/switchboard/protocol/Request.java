package dev.switchboard.protocol;

/**
 * A message that asks the other side for a typed reply.
 *
 * @param <R> the reply, a record. Like any message it is named on the wire by its {@link TypeName},
 *     or by its class in snake case
 */
public interface Request<R extends Record> {}
