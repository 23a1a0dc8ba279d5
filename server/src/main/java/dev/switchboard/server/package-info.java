/** The Switchboard server: endpoints, rooms, delivery and HTTP. */
@NullMarked
package dev.switchboard.server;

import org.jspecify.annotations.NullMarked;
