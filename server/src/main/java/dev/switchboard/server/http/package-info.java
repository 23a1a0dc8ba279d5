/** Upgrades, files and health checks. Not for users. */
@NullMarked
package dev.switchboard.server.http;

import org.jspecify.annotations.NullMarked;
