/** The chat application: message types, client and server part. */
@NullMarked
package dev.switchboard.chat;

import org.jspecify.annotations.NullMarked;
