package dev.switchboard.types;

import java.math.BigDecimal;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Compares two generations of a protocol by their JSON Schemas. Confined to one thread, for one
 * use.
 *
 * <p>There are two ways to break a client that runs already. A type becomes narrower: what such a
 * client sends, or a log holds, is refused. Or it becomes wider: such a client receives what it
 * can't read. Which of them counts depends on who sends the type ({@link Flow}).
 */
final class Evolution {
  /**
   * Where data of a type goes.
   *
   * @param fromOld old clients send it, or logs hold it
   * @param toOld old clients receive it
   */
  private record Flow(boolean fromOld, boolean toOld) {
    Flow and(Flow other) {
      return new Flow(fromOld || other.fromOld, toOld || other.toOld);
    }
  }

  private static final List<String> LOWER =
      List.of("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties");
  private static final List<String> UPPER =
      List.of("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties");

  private final JsonNode before;
  private final JsonNode after;
  private final Set<String> breaks = new LinkedHashSet<>();
  private final Set<List<Object>> seen = new HashSet<>();

  private Evolution(JsonNode before, JsonNode after) {
    this.before = before;
    this.after = after;
  }

  /** Returns the changes that break clients which run already, in words. */
  static List<String> breaks(JsonNode before, JsonNode after) {
    Evolution evolution = new Evolution(before, after);
    evolution.messages();
    return List.copyOf(evolution.breaks);
  }

  private void messages() {
    Map<String, JsonNode> old = types(before);
    Map<String, JsonNode> now = types(after);
    Map<String, Flow> replies = replies(old);
    old.forEach((type, message) -> {
      Flow flow = flow(type, message, replies);
      JsonNode next = now.get(type);
      if (next != null) {
        message(type, message, next, flow);
      } else if (flow.fromOld) {
        breaks.add(type + ": was removed (clients may send it, and logs may hold it)");
      }
    });
  }

  private void message(String type, JsonNode old, JsonNode now, Flow flow) {
    String was = old.path("x-kind").asString();
    String is = now.path("x-kind").asString();
    if (!was.equals(is)) {
      breaks.add(
          type + ": was a " + was + " and is a " + is + " (clients use it as a " + was + ")");
    }
    String replied = old.path("x-reply").asString("none");
    String replies = now.path("x-reply").asString("none");
    if (!replied.equals(replies)) {
      breaks.add(
          type + ": the reply was " + replied + " and is " + replies + " (clients wait for that)");
    }
    if (!old.has("x-from") && now.has("x-from")) {
      breaks.add(type + ": is from the server only (clients may send it)");
    }
    values(type, data(old), data(now), flow);
  }

  private static JsonNode data(JsonNode message) {
    return message.at("/properties/data");
  }

  private static Map<String, JsonNode> types(JsonNode document) {
    Map<String, JsonNode> types = new LinkedHashMap<>();
    for (JsonNode message : document.path("oneOf")) {
      types.put(message.at("/properties/type/const").asString(), message);
    }
    return types;
  }

  private static Map<String, Flow> replies(Map<String, JsonNode> types) {
    Map<String, Flow> replies = new LinkedHashMap<>();
    for (JsonNode message : types.values()) {
      if (message.has("x-reply")) {
        boolean asksClients = message.has("x-from");
        replies.merge(
            message.path("x-reply").asString(), new Flow(asksClients, !asksClients), Flow::and);
      }
    }
    return replies;
  }

  private static Flow flow(String type, JsonNode message, Map<String, Flow> replies) {
    boolean fromServer = message.has("x-from");
    Flow own =
        switch (message.path("x-kind").asString()) {
          case "request" -> new Flow(!fromServer, fromServer);
          case "fleeting" -> new Flow(!fromServer, true);
          case "reply" -> new Flow(false, false);
          default -> new Flow(true, true);
        };
    return own.and(replies.getOrDefault(type, new Flow(false, false)));
  }

  private void narrower(String what, Flow flow) {
    if (flow.fromOld) {
      breaks.add(what + " (refuses what clients that run already send, or logs hold)");
    }
  }

  private void wider(String what, Flow flow) {
    if (flow.toOld) {
      breaks.add(what + " (clients that run already can't read it)");
    }
  }

  /** Compares two types of values, of which null is none. */
  private void values(String path, JsonNode oldNode, JsonNode newNode, Flow flow) {
    JsonNode old = SchemaNodes.resolve(before, oldNode);
    JsonNode now = SchemaNodes.resolve(after, newNode);
    if (SchemaNodes.named(oldNode) && !seen.add(List.of(old, now, flow))) {
      return; // told at another path; and a record may hold itself
    }
    String was = SchemaNodes.kind(old);
    String is = SchemaNodes.kind(now);
    String change = path + ": was " + was + " and is " + is;
    if (!was.equals(is)) {
      if (!SchemaNodes.holds(was, is)) {
        narrower(change, flow);
      }
      if (!SchemaNodes.holds(is, was)) {
        wider(change, flow);
      }
      return;
    }
    switch (was) {
      case "a record" -> fields(path, old, now, flow);
      case "one of several records" -> alternatives(path, old, now, flow);
      case "an enum" -> texts(path, SchemaNodes.texts(old), SchemaNodes.texts(now), flow);
      case "a list" -> elements(path + "[]", old.path("items"), now.path("items"), flow);
      case "a map" ->
          elements(
              path + "{}",
              old.path("additionalProperties"),
              now.path("additionalProperties"),
              flow);
      default -> {}
    }
    LOWER.forEach(keyword -> bound(path, keyword, old, now, 1, flow));
    UPPER.forEach(keyword -> bound(path, keyword, old, now, -1, flow));
    Set<String> oldPatterns = SchemaNodes.patterns(old);
    Set<String> nowPatterns = SchemaNodes.patterns(now);
    without(nowPatterns, oldPatterns)
        .forEach(added -> narrower(path + ": pattern " + added + " was added", flow));
    without(oldPatterns, nowPatterns)
        .forEach(removed -> wider(path + ": pattern " + removed + " was removed", flow));
  }

  private void elements(String path, JsonNode old, JsonNode now, Flow flow) {
    optional(path, SchemaNodes.nullable(old), SchemaNodes.nullable(now), flow);
    values(path, old, now, flow);
  }

  private void optional(String path, boolean was, boolean is, Flow flow) {
    if (was && !is) {
      narrower(path + ": must be present now", flow);
    } else if (!was && is) {
      wider(path + ": may be absent now", flow);
    }
  }

  private void fields(String path, JsonNode old, JsonNode now, Flow flow) {
    Set<String> oldRequired = SchemaNodes.strings(old.path("required"));
    Set<String> nowRequired = SchemaNodes.strings(now.path("required"));
    old.path("properties")
        .forEachEntry((key, type) -> {
          String where = path + "." + key;
          JsonNode next = now.path("properties").get(key);
          if (next != null) {
            optional(where, !oldRequired.contains(key), !nowRequired.contains(key), flow);
            values(where, type, next, flow);
          } else if (oldRequired.contains(key)) {
            wider(where + ": was removed", flow);
          }
        });
    for (String key : nowRequired) {
      if (!old.path("properties").has(key)) {
        narrower(path + "." + key + ": was added and must be present", flow);
      }
    }
  }

  private void alternatives(String path, JsonNode old, JsonNode now, Flow flow) {
    Map<String, JsonNode> was = SchemaNodes.alternatives(before, old);
    Map<String, JsonNode> is = SchemaNodes.alternatives(after, now);
    texts(path, was.keySet(), is.keySet(), flow);
    was.forEach((name, type) -> {
      if (is.containsKey(name)) {
        values(path + "(" + name + ")", type, is.get(name), flow);
      }
    });
  }

  private void texts(String path, Set<String> was, Set<String> is, Flow flow) {
    without(was, is).forEach(text -> narrower(path + ": " + text + " was removed", flow));
    without(is, was).forEach(text -> wider(path + ": " + text + " was added", flow));
  }

  private static List<String> without(Set<String> all, Set<String> some) {
    return all.stream().filter(one -> !some.contains(one)).toList();
  }

  /** Compares a bound; {@code up} is 1 if a larger one is narrower. */
  private void bound(String path, String keyword, JsonNode old, JsonNode now, int up, Flow flow) {
    BigDecimal was = SchemaNodes.number(old, keyword);
    BigDecimal is = SchemaNodes.number(now, keyword);
    String change = path + ": " + keyword + " was " + said(was) + " and is " + said(is);
    int more = was == null ? (is == null ? 0 : 1) : is == null ? -1 : is.compareTo(was) * up;
    if (more > 0) {
      narrower(change, flow);
    } else if (more < 0) {
      wider(change, flow);
    }
  }

  private static String said(@Nullable BigDecimal bound) {
    return bound == null ? "any" : bound.toPlainString();
  }
}
