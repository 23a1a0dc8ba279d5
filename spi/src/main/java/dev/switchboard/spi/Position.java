package dev.switchboard.spi;

/**
 * A place in a log. Immutable.
 *
 * @param epoch which life of the log
 * @param seq the entry's number, from 1; 0 is before the first
 */
public record Position(String epoch, long seq) {}
