/**
 * What several servers must do on any engine, as tests over real sockets. A class that extends one
 * of these names the engine.
 */
@NullMarked
package dev.switchboard.cluster.contract;

import org.jspecify.annotations.NullMarked;
