package dev.switchboard.spi;

/**
 * What became of a publication. Immutable.
 *
 * @param position where it is in the log; seq 0 for a fleeting one
 * @param duplicate whether it was there before: then nothing was appended, and nothing is delivered
 *     but what its readers have not heard of yet, because the outcome of the first call was unknown
 */
public record Committed(Position position, boolean duplicate) {}
