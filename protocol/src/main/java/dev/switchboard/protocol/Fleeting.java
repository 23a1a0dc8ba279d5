package dev.switchboard.protocol;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a message type that is worth nothing later (typing, cursors): it is not logged, not
 * acknowledged, and for a receiver that is slow it is dropped, unless the server's endpoint says
 * otherwise.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface Fleeting {}
