package dev.switchboard.protocol;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Sets the name of a message type on the wire: {@code [a-z][a-z0-9_.-]{0,63}}. Without this
 * annotation, a record is named after its class in snake case ({@code UserMoved} → {@code
 * user_moved}).
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface TypeName {
  /** Returns the name. */
  String value();
}
