/** Maven goals that generate files from a protocol's records. */
@NullMarked
package dev.switchboard.types.maven;

import org.jspecify.annotations.NullMarked;
