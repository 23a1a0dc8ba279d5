/** Logs in an SQLite file. */
@NullMarked
package dev.switchboard.history.sqlite;

import org.jspecify.annotations.NullMarked;
