/** Validation of Jakarta constraints. Internal. */
@NullMarked
package dev.switchboard.validation.internal;

import org.jspecify.annotations.NullMarked;
