package dev.switchboard.transport;

/**
 * Size limits for messages on one connection, in bytes. Immutable.
 *
 * @param maxFrameBytes payload of one received frame; beyond it 1009. 1 MiB by default
 * @param maxMessageBytes decompressed payload of one received message; beyond it 1009. 1 MiB by
 *     default
 * @param maxPendingBytes bytes that may wait to be written before {@link
 *     WebSocketListener#onOverflow} is called. 1 MiB by default
 * @param fragmentBytes messages longer than this are sent in fragments of this size. Each fragment
 *     is sent when the kernel has taken the one before, so pings and a close wait for at most one.
 *     A {@link Prepared} message is never fragmented. {@link Integer#MAX_VALUE}, no fragments, by
 *     default
 */
public record MessageLengths(
    int maxFrameBytes, int maxMessageBytes, int maxPendingBytes, int fragmentBytes) {

  /** Checks the ranges. */
  public MessageLengths {
    Checks.range("maxFrameBytes", maxFrameBytes, 125, Integer.MAX_VALUE - 1024);
    Checks.range("maxMessageBytes", maxMessageBytes, 1, Integer.MAX_VALUE - 1024);
    Checks.range("maxPendingBytes", maxPendingBytes, 1, Integer.MAX_VALUE - 1024);
    Checks.range("fragmentBytes", fragmentBytes, 125, Integer.MAX_VALUE);
  }
}
