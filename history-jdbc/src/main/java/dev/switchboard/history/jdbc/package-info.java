/** Logs in a SQL database. */
@NullMarked
package dev.switchboard.history.jdbc;

import org.jspecify.annotations.NullMarked;

