/** What the SQL history stores have in common for users. */
@NullMarked
package dev.switchboard.history;

import org.jspecify.annotations.NullMarked;
