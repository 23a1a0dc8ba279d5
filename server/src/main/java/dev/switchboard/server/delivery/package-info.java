/** Topics and those who read them: live, or behind and catching up from the log. Not for users. */
@NullMarked
package dev.switchboard.server.delivery;

import org.jspecify.annotations.NullMarked;
