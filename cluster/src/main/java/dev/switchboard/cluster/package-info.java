/** What clusters on any engine share. Internal. */
@NullMarked
package dev.switchboard.cluster;

import org.jspecify.annotations.NullMarked;
