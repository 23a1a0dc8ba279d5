package dev.switchboard.transport;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Resolves host names. Called on virtual threads; may block. */
@FunctionalInterface
public interface Resolver {
  /** The JDK's resolver. */
  Resolver SYSTEM = host -> List.of(InetAddress.getAllByName(host));

  /**
   * Returns the addresses of a host in order of preference; at least one.
   *
   * @throws UnknownHostException if it has no address
   */
  List<InetAddress> resolve(String host) throws UnknownHostException;
}
