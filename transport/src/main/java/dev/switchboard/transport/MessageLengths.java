package dev.switchboard.transport;

/**
 * How long messages of one connection may be, in bytes. Immutable.
 *
 * @param maxFrameBytes payload of one received frame; beyond it 1009. 1 MiB by default
 * @param maxMessageBytes payload of one received message, inflated; beyond it 1009. 1 MiB by
 *     default
 * @param maxPendingBytes what may wait to be written before {@link WebSocketListener#onOverflow} is
 *     asked. 1 MiB by default
 * @param fragmentBytes a message that is longer leaves in fragments of this length, each when the
 *     one before is with the kernel, so that pings and a close wait for one at most; a {@link
 *     Prepared} one leaves as it is. {@link Integer#MAX_VALUE} by default, for no fragments
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
