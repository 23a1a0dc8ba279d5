/** JSON and CBOR as bytes, knowing nothing of messages. Not for users. */
@NullMarked
package dev.switchboard.protocol.format;

import org.jspecify.annotations.NullMarked;
