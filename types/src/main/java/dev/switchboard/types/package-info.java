/** TypeScript, AsyncAPI and JSON Schema from a protocol's records. */
@NullMarked
package dev.switchboard.types;

import org.jspecify.annotations.NullMarked;
