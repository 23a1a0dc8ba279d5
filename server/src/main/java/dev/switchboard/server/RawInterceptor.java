package dev.switchboard.server;

/**
 * Stands around every text and binary message of a raw endpoint. Runs on the connection's virtual
 * thread, in order, and may block. The one given first is outermost.
 */
@FunctionalInterface
public interface RawInterceptor {
  /**
   * Lets a message pass with {@code next.proceed()}, at most once; not proceeding drops it. What is
   * thrown, by a handler further in too, goes on outwards, and at last to {@code onError}, and
   * closes the connection with 1011; a {@link dev.switchboard.protocol.RefusedException} closes it
   * with 1008 and its message instead.
   */
  void intercept(Message message, RawPeer from, Next next) throws Exception;

  /** A whole message, as it came. */
  sealed interface Message {
    /** Its length in bytes of UTF-8, or as it is. */
    int bytes();

    /** Text. */
    record Text(String text, int bytes) implements Message {}

    /** Binary; the array is the handler's too. */
    record Binary(byte[] content) implements Message {
      @Override
      public int bytes() {
        return content.length;
      }
    }
  }

  /** What stands further in: the next interceptor, and at last the handler. */
  @FunctionalInterface
  interface Next {
    /** Goes on; what was further in has run when this returns. */
    void proceed() throws Exception;
  }
}
