/** What history stores over SQL have in common for their users. */
@NullMarked
package dev.switchboard.history;

import org.jspecify.annotations.NullMarked;
