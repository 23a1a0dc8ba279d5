/** The typed client. */
@NullMarked
package dev.switchboard.client;

import org.jspecify.annotations.NullMarked;
