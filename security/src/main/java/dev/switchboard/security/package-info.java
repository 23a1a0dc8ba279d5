/** Users by signed tokens. */
@NullMarked
package dev.switchboard.security;

import org.jspecify.annotations.NullMarked;
