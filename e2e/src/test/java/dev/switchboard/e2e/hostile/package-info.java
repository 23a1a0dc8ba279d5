/**
 * What strangers may send to a server, as tables: each case, and after each of them that nobody
 * else was harmed.
 */
@NullMarked
package dev.switchboard.e2e.hostile;

import org.jspecify.annotations.NullMarked;
