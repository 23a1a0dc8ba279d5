/**
 * JSON Schema for messages. For Jakarta constraints it suffices to have this module on the class
 * path.
 */
@NullMarked
package dev.switchboard.validation;

import org.jspecify.annotations.NullMarked;
