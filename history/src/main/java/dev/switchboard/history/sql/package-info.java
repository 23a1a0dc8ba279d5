/** What the SQL history stores share. Internal. */
@NullMarked
package dev.switchboard.history.sql;

import org.jspecify.annotations.NullMarked;
