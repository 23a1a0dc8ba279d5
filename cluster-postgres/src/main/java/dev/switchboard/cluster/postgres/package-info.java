/** Several servers on one PostgreSQL database. */
@NullMarked
package dev.switchboard.cluster.postgres;

import org.jspecify.annotations.NullMarked;
