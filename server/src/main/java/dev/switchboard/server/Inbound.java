package dev.switchboard.server;

import dev.switchboard.protocol.Address;
import java.util.List;
import java.util.Optional;

/**
 * A client's message on its way through {@link Interceptor interceptors}. Immutable.
 *
 * @param message the record, checked
 * @param to where it is to be published; empty if it is for the server's own handler
 * @param messageId the sender's name for it, if it gave one
 * @param fleeting whether it will be in no log
 * @param <M> the endpoint's messages
 */
public record Inbound<M>(
    M message, List<Address> to, Optional<String> messageId, boolean fleeting) {}
