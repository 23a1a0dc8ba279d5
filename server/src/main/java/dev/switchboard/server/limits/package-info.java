/** The options of an endpoint, its limits, and its metrics. Not part of the public API. */
@NullMarked
package dev.switchboard.server.limits;

import org.jspecify.annotations.NullMarked;
