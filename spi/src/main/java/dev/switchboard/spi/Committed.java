package dev.switchboard.spi;

/**
 * The result of publishing one {@link Publication}. Immutable.
 *
 * @param position the entry's position in the log; its seq is 0 if the message is fleeting
 * @param duplicate whether the publication was already in the log. Then nothing was appended, and
 *     the entry is delivered only to readers that have not received it yet because the outcome of
 *     the first call was unknown
 */
public record Committed(Position position, boolean duplicate) {}
