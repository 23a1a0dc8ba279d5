package dev.switchboard.cluster;

import java.util.regex.Pattern;

/**
 * What operators call a server. The engine shows it with each of the server's connections; to the
 * cluster it means nothing, so two servers of one name do no harm. Stateless.
 */
public final class NodeName {
  private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9._-]{1,40}");

  private NodeName() {}

  /**
   * Returns the name.
   *
   * @throws IllegalArgumentException if it is not one
   */
  public static String checked(String name) {
    if (!ALLOWED.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "node: " + name + " (expected: 1-40 letters, digits, '.', '_' or '-')");
    }
    return name;
  }
}
