/**
 * JSON Schema for messages; Jakarta constraints need no more than this module on the class path.
 */
@NullMarked
package dev.switchboard.validation;

import org.jspecify.annotations.NullMarked;
