package dev.switchboard.server.http;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;

/** Addresses and networks. Immutable. */
public final class Networks {
  /** No address. */
  public static final Networks NONE = new Networks(List.of());

  private final List<IpSubnetFilterRule> rules;

  private Networks(List<IpSubnetFilterRule> rules) {
    this.rules = rules;
  }

  /**
   * Parses networks.
   *
   * @param option the option's name, for the exception
   * @param networks addresses or networks: {@code 10.0.0.7}, {@code 10.0.0.0/8}, {@code fd00::/8}
   * @throws IllegalArgumentException if one is neither
   */
  public static Networks of(String option, String... networks) {
    return new Networks(List.of(networks).stream().map(one -> rule(option, one)).toList());
  }

  private static IpSubnetFilterRule rule(String option, String network) {
    int slash = network.indexOf('/');
    InetAddress address =
        NetUtil.createInetAddressFromIpAddressString(
            slash < 0 ? network : network.substring(0, slash));
    try {
      int bits = Objects.requireNonNull(address).getAddress().length * 8;
      int prefix = slash < 0 ? bits : Integer.parseInt(network.substring(slash + 1));
      return new IpSubnetFilterRule(address, prefix, IpFilterRuleType.ACCEPT);
    } catch (RuntimeException neither) {
      throw new IllegalArgumentException(
          option + ": " + network + " (expected: an address or a network such as 10.0.0.0/8)",
          neither);
    }
  }

  /** Whether an address is one of these, or in one of these. */
  public boolean contain(InetSocketAddress address) {
    return rules.stream().anyMatch(rule -> rule.matches(address));
  }
}
