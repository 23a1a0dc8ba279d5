/** Several servers on one Redis or Valkey. */
@NullMarked
package dev.switchboard.cluster.redis;

import org.jspecify.annotations.NullMarked;
