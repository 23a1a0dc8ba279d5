package dev.switchboard.transport;

import dev.switchboard.protocol.wire.Defaults;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Limits and settings of one WebSocket connection. Immutable.
 *
 * @param lengths limits on the size of messages and of the send buffer
 * @param closeTimeout how long the peer may take to answer a close frame, or to close the socket. 5
 *     s by default
 * @param deflate compression; null, the default, for none
 * @param heartbeat pings; null, the default, for none
 * @param batching batching of messages; null, the default, for none
 */
public record WebSocketOptions(
    MessageLengths lengths,
    Duration closeTimeout,
    @Nullable Deflate deflate,
    @Nullable Heartbeat heartbeat,
    @Nullable Batching batching) {
  /** The default options. */
  public static final WebSocketOptions DEFAULT = builder().build();

  /** Checks the ranges. */
  public WebSocketOptions {
    Checks.duration("closeTimeout", closeTimeout);
  }

  /** See {@link MessageLengths}. */
  public int maxFrameBytes() {
    return lengths.maxFrameBytes();
  }

  /** See {@link MessageLengths}. */
  public int maxMessageBytes() {
    return lengths.maxMessageBytes();
  }

  /** See {@link MessageLengths}. */
  public int maxPendingBytes() {
    return lengths.maxPendingBytes();
  }

  /** See {@link MessageLengths}. */
  public int fragmentBytes() {
    return lengths.fragmentBytes();
  }

  /** Returns a builder with the default values. */
  public static Builder builder() {
    return new Builder();
  }

  /** Builds options. Not thread-safe. */
  public static final class Builder {
    // The options: each is set by the method of its name and read by build.
    private int maxFrameBytes = 1 << 20;
    private int maxMessageBytes = 1 << 20;
    private int maxPendingBytes = 1 << 20;
    private int fragmentBytes = Integer.MAX_VALUE;
    private Duration closeTimeout = Duration.ofMillis(Defaults.CLOSE_TIMEOUT);
    private @Nullable Deflate deflate;
    private @Nullable Heartbeat heartbeat;
    private @Nullable Batching batching;

    private Builder() {}

    /** Sets {@link WebSocketOptions#maxFrameBytes}. */
    public Builder maxFrameBytes(int bytes) {
      this.maxFrameBytes = bytes;
      return this;
    }

    /** Sets {@link WebSocketOptions#maxMessageBytes}. */
    public Builder maxMessageBytes(int bytes) {
      this.maxMessageBytes = bytes;
      return this;
    }

    /** Sets {@link WebSocketOptions#maxPendingBytes}. */
    public Builder maxPendingBytes(int bytes) {
      this.maxPendingBytes = bytes;
      return this;
    }

    /** Sets {@link WebSocketOptions#fragmentBytes}. */
    public Builder fragmentBytes(int bytes) {
      this.fragmentBytes = bytes;
      return this;
    }

    /** Sets {@link WebSocketOptions#closeTimeout}. */
    public Builder closeTimeout(Duration timeout) {
      this.closeTimeout = timeout;
      return this;
    }

    /** Sets {@link WebSocketOptions#deflate}. */
    public Builder deflate(@Nullable Deflate how) {
      this.deflate = how;
      return this;
    }

    /** Sets {@link WebSocketOptions#heartbeat}. */
    public Builder heartbeat(@Nullable Heartbeat how) {
      this.heartbeat = how;
      return this;
    }

    /** Sets {@link WebSocketOptions#batching}. */
    public Builder batching(@Nullable Batching how) {
      this.batching = how;
      return this;
    }

    /**
     * Returns the options.
     *
     * @throws IllegalArgumentException if a value is out of its range
     */
    public WebSocketOptions build() {
      return new WebSocketOptions(
          new MessageLengths(maxFrameBytes, maxMessageBytes, maxPendingBytes, fragmentBytes),
          closeTimeout,
          deflate,
          heartbeat,
          batching);
    }
  }
}
