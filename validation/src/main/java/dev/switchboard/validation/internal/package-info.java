/** Not for users. */
@NullMarked
package dev.switchboard.validation.internal;

import org.jspecify.annotations.NullMarked;
