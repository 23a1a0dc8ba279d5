package dev.switchboard.cli;

import ch.qos.logback.classic.pattern.MessageConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.switchboard.protocol.wire.Printable;

/**
 * {@code %text} in {@code logback.xml}: a log line's message, which may quote other people's text.
 */
public final class PrintableMessage extends MessageConverter {
  /** Called by Logback. */
  public PrintableMessage() {}

  @Override
  public String convert(ILoggingEvent event) {
    return Printable.of(String.valueOf(super.convert(event)));
  }
}
