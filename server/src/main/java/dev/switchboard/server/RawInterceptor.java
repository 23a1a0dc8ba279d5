package dev.switchboard.server;

/**
 * Wraps the processing of every text and binary message of a raw endpoint. Runs on the connection's
 * virtual thread, in the order of its messages, and may block. The interceptor added first is the
 * outermost.
 */
@FunctionalInterface
public interface RawInterceptor {
  /**
   * Passes a message on with {@code next.proceed()}, at most once; if it does not, the message is
   * dropped. An exception, also one from further inside, propagates outwards and finally to {@code
   * onError}, and closes the connection with 1011. A {@link
   * dev.switchboard.protocol.RefusedException} instead closes it with 1008 and the exception's
   * message.
   */
  void intercept(Message message, RawPeer from, Next next) throws Exception;

  /** A complete message, as it was received. */
  sealed interface Message {
    /** Returns the length in bytes; for text, of its UTF-8 form. */
    int bytes();

    /** A text message. */
    record Text(String text, int bytes) implements Message {}

    /** A binary message. The array is shared with the handler. */
    record Binary(byte[] content) implements Message {
      @Override
      public int bytes() {
        return content.length;
      }
    }
  }

  /** The rest of the chain: the next interceptor or, at the end, the handler. */
  @FunctionalInterface
  interface Next {
    /** Continues the chain. When it returns, everything further inside has run. */
    void proceed() throws Exception;
  }
}
