/** HTTP/1.1 and the opening handshake, for clients and servers, directly or through proxies. */
@NullMarked
package dev.switchboard.transport.netty.http;

import org.jspecify.annotations.NullMarked;
