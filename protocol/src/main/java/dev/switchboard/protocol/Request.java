package dev.switchboard.protocol;

/**
 * A message that asks the other side for a typed reply.
 *
 * @param <R> the reply: a record, named on the wire like any message ({@link TypeName}, or its
 *     class in snake case)
 */
public interface Request<R extends Record> {}
