/** A history store in a SQLite file. */
@NullMarked
package dev.switchboard.history.sqlite;

import org.jspecify.annotations.NullMarked;
