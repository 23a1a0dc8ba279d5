package dev.switchboard.protocol;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a message type that only the server sends (prices, announcements, questions to the client),
 * or all types of an interface. A server refuses it from every client with {@code forbidden}, and
 * the Java client does not send it in the first place.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface FromServer {}
