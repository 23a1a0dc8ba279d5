package dev.switchboard.protocol;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a message type that soon becomes worthless (typing indicators, cursors), or all types of an
 * interface. Its messages are not logged and not acknowledged. Messages for a receiver that does
 * not keep up are dropped, unless the server's endpoint sets another policy.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface Fleeting {}
