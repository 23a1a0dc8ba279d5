package dev.switchboard.transport.internal;

import dev.switchboard.transport.HttpHandler;
import dev.switchboard.transport.ServerTransportOptions;
import java.util.concurrent.atomic.AtomicInteger;

/** What all connections of one server share. Thread-safe. */
public record HttpSetup(ServerTransportOptions options, HttpHandler handler, AtomicInteger open) {}
