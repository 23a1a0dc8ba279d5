package dev.switchboard.server;

import dev.switchboard.protocol.Address;
import java.util.List;
import java.util.Optional;

/**
 * A client's message as {@link Interceptor interceptors} see it. Immutable.
 *
 * @param message the record, already validated
 * @param to the addresses it is to be published to; empty if it is for the server's handler
 * @param messageId the sender's id for it, if there is one
 * @param fleeting whether it is sent without being stored in a log
 * @param <M> the endpoint's messages
 */
public record Inbound<M>(
    M message, List<Address> to, Optional<String> messageId, boolean fleeting) {}
