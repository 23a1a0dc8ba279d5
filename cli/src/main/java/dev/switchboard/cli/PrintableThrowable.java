package dev.switchboard.cli;

import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import dev.switchboard.protocol.wire.Printable;
import org.jspecify.annotations.Nullable;

/**
 * {@code %trace} in {@code logback.xml}: an exception, whose messages may quote other people's
 * text.
 */
public final class PrintableThrowable extends ThrowableProxyConverter {
  /** Called by Logback. */
  public PrintableThrowable() {}

  @Override
  protected String throwableProxyToString(IThrowableProxy thrown) {
    return super.throwableProxyToString(new Shown(thrown));
  }

  private record Shown(IThrowableProxy thrown) implements IThrowableProxy {
    @Override
    public @Nullable String getMessage() {
      return shown(thrown.getMessage());
    }

    @Override
    public @Nullable String getOverridingMessage() {
      return shown(thrown.getOverridingMessage());
    }

    private static @Nullable String shown(@Nullable String message) {
      return message == null ? null : Printable.of(message);
    }

    @Override
    public @Nullable IThrowableProxy getCause() {
      IThrowableProxy cause = thrown.getCause();
      return cause == null ? null : new Shown(cause);
    }

    @Override
    public IThrowableProxy @Nullable [] getSuppressed() {
      IThrowableProxy[] suppressed = thrown.getSuppressed();
      if (suppressed == null) {
        return null;
      }
      IThrowableProxy[] shown = new IThrowableProxy[suppressed.length];
      for (int i = 0; i < shown.length; i++) {
        shown[i] = new Shown(suppressed[i]);
      }
      return shown;
    }

    @Override
    public String getClassName() {
      return thrown.getClassName();
    }

    @Override
    public StackTraceElementProxy[] getStackTraceElementProxyArray() {
      return thrown.getStackTraceElementProxyArray();
    }

    @Override
    public int getCommonFrames() {
      return thrown.getCommonFrames();
    }

    @Override
    public boolean isCyclic() {
      return thrown.isCyclic();
    }
  }
}
