/** A history store in PostgreSQL. */
@NullMarked
package dev.switchboard.history.postgres;

import org.jspecify.annotations.NullMarked;
