/** Upgrades, static files and health checks. Not part of the public API. */
@NullMarked
package dev.switchboard.server.http;

import org.jspecify.annotations.NullMarked;
