package dev.switchboard.cluster.contract;

import dev.switchboard.spi.Cluster;

/** What servers share, for tests. */
public interface Engine {
  /** Returns the address of an empty store, of which a {@code TcpProxy} can be put in front. */
  String url();

  /** Opens one server's cluster at such an address, perhaps by way of a proxy. */
  Cluster open(String url);

  /** Ends all connections that receive what other servers say. */
  void killListeners();

  /** Ends all connections that say something to other servers. */
  void killSenders();
}
