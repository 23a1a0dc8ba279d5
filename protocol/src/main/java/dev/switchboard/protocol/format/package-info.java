/** JSON and CBOR as bytes, independent of messages. Internal. */
@NullMarked
package dev.switchboard.protocol.format;

import org.jspecify.annotations.NullMarked;
