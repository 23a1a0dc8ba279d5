package dev.switchboard.e2e.hostile;

/**
 * One thing that a stranger does to a server, with what must come of it.
 *
 * @param area what kind of thing it is, for the table in {@code docs/security.md}
 * @param attack does it, and fails if anything else comes of it
 */
record HostileCase(String area, String name, Attack attack) {
  /** Something that a stranger does. */
  @FunctionalInterface
  interface Attack {
    /** Does it, and ends all of its connections. */
    void on(Site site) throws Exception;
  }

  @Override
  public String toString() {
    return area + ": " + name;
  }
}
