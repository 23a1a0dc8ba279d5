package dev.switchboard.spi;

/**
 * A position in a log. Immutable.
 *
 * @param epoch identifies the incarnation of the log; it changes when the log starts over
 * @param seq the entry's number, counted from 1; 0 is before the first entry
 */
public record Position(String epoch, long seq) {}
