package dev.switchboard.chat;

import dev.switchboard.protocol.Names;
import dev.switchboard.server.Verdict;
import dev.switchboard.transport.HttpRequest;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * Guests by name. A name belongs to whoever uses it first, for as long as any connection of it
 * stands, and so does every name that looks like it: a cookie tells browsers apart, and all clients
 * without one are taken for the same. It keeps people from being confused with each other, not from
 * lying: there are no passwords. Thread-safe.
 */
final class Guests {
  static final String COOKIE = "switchboard_guest";

  private static final int MAX_LENGTH = 40;
  private static final int MAX_HOLDERS = 10_000;
  private static final long RESERVED_MILLIS = 5_000;
  private static final Set<String> RESERVED =
      Set.of(
          "server",
          "system",
          "admin",
          "administrator",
          "root",
          "everyone",
          "all",
          "here",
          "switchboard",
          "moderator",
          "null",
          "undefined");

  private final Clock clock;
  private final Map<String, Holder> holders = new ConcurrentHashMap<>(); // by appearance
  private final SecureRandom random = new SecureRandom();

  /** Who has the names of one appearance, and the last of these names that was used. */
  private record Holder(String name, String cookie, long since) {}

  /** Why a name can't be had, with the HTTP status that says so. */
  record Problem(int status, String code, String message) {}

  Guests(Clock clock) {
    this.clock = clock;
  }

  /** Decides an upgrade, and holds the name for the connection that follows. */
  Verdict admit(HttpRequest request, Predicate<String> online) {
    String user = first(request, "user");
    Optional<Problem> problem = problem(user, cookie(request), online, true);
    return problem
        .map(found -> Verdict.refuse(found.status(), found.message()))
        .orElseGet(() -> Verdict.allow(user));
  }

  /** Why the name can't be had now, if so. */
  Optional<Problem> problem(String user, String cookie, Predicate<String> online, boolean hold) {
    if (user.isEmpty()) {
      return Optional.of(new Problem(400, "invalid", "user: missing (expected: ?user=NAME)"));
    }
    String appearance = Appearance.of(user);
    if (!Names.valid(user)
        || !user.strip().equals(user)
        || appearance.isEmpty()
        || user.codePointCount(0, user.length()) > MAX_LENGTH) {
      return Optional.of(
          new Problem(
              400,
              "invalid",
              "user: not a name (expected: 1-"
                  + MAX_LENGTH
                  + " characters, no control characters, no white space around)"));
    }
    if (RESERVED.contains(appearance)) {
      return Optional.of(new Problem(400, "reserved", "user: reserved (expected: another name)"));
    }
    return taken(user, appearance, cookie, online, hold)
        ? Optional.of(
            new Problem(
                409,
                "taken",
                "user: somebody else is here under that name or one like it (expected: another"
                    + " name)"))
        : Optional.empty();
  }

  private boolean taken(
      String user, String appearance, String cookie, Predicate<String> online, boolean hold) {
    if (holders.size() > MAX_HOLDERS) {
      holders.values().removeIf(holder -> !online.test(holder.name));
    }
    long now = clock.millis();
    boolean[] taken = {false};
    holders.compute(
        appearance,
        (same, holder) -> {
          boolean held =
              holder != null && (online.test(holder.name) || now - holder.since < RESERVED_MILLIS);
          taken[0] = held && !holder.cookie.equals(cookie);
          return taken[0] || !hold ? holder : new Holder(user, cookie, now);
        });
    return taken[0];
  }

  String newCookie() {
    return new BigInteger(128, random).toString(36);
  }

  /** The guest's cookie; empty if it has none. */
  static String cookie(HttpRequest request) {
    for (String header : request.headers().all("Cookie")) {
      for (String pair : List.of(header.split(";"))) {
        String[] parts = pair.strip().split("=", 2);
        if (parts.length == 2 && parts[0].equals(COOKIE)) {
          return parts[1];
        }
      }
    }
    return "";
  }

  static String first(HttpRequest request, String parameter) {
    List<String> values = request.query().getOrDefault(parameter, List.of(""));
    return values.get(0);
  }
}
