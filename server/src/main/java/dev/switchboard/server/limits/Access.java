package dev.switchboard.server.limits;

import dev.switchboard.server.identity.Audit;
import dev.switchboard.server.identity.Authentication;
import dev.switchboard.server.identity.Restrictions;
import org.jspecify.annotations.Nullable;

/**
 * How an endpoint decides who may come in, and reports it. Immutable.
 *
 * @param restrictions what operators have forbidden
 * @param arrivals limits how clients arrive
 * @param authentication authenticates clients; null if something else does, or nothing
 * @param audit reports who came, who was turned away, and what operators did
 */
public record Access(
    Restrictions restrictions,
    Arrivals arrivals,
    @Nullable Authentication authentication,
    Audit audit) {}
