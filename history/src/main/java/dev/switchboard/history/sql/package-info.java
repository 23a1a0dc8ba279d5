/** What they share inside. Not for users. */
@NullMarked
package dev.switchboard.history.sql;

import org.jspecify.annotations.NullMarked;
