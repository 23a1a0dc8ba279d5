package dev.switchboard.client.engine;

import dev.switchboard.transport.Headers;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Formats what goes over a connection without its secrets. It masks values with a name that secrets
 * have (tokens, passwords, session secrets, keys), bearer tokens anywhere, and encrypted payloads.
 * Stateless.
 */
public final class Redaction {
  static final String MASK = "***";
  private static final int LONGEST = 2_000;
  private static final JsonMapper JSON = new JsonMapper();
  private static final String NAMES =
      "secret|token|passw|passphrase|authori[sz]ation|cookie|credential|api.?key|private.?key|jwt|ticket|signature";
  private static final Pattern SECRET = Pattern.compile(NAMES, Pattern.CASE_INSENSITIVE);

  /**
   * A compact JWS or JWE (RFC 7515 §7.1, RFC 7516 §7.1), whose header is base64url starting with
   * <code>{"</code>.
   */
  private static final Pattern JOSE = Pattern.compile("eyJ[\\w-]{5,}(\\.[\\w-]*){1,4}");

  private static final Pattern ASSIGNED =
      Pattern.compile(
          "([\\w.-]*(?:"
              + NAMES
              + ")[\\w.-]*)(\"?\\s*[=:]\\s*\"?)(?:bearer\\s+|basic\\s+)?[^\\s&,;\"\\])}]+",
          Pattern.CASE_INSENSITIVE);

  private Redaction() {}

  /** Returns a message as a line of at most about 2,000 characters. */
  static String payload(boolean text, byte[] payload) {
    if (!text) {
      return "(" + payload.length + " bytes)";
    }
    String words = new String(payload, StandardCharsets.UTF_8);
    return shortened(json(words));
  }

  private static String json(String words) {
    try {
      JsonNode tree = JSON.readTree(words);
      if (tree.isContainer()) {
        mask(tree);
        return JOSE.matcher(tree.toString()).replaceAll(MASK);
      }
    } catch (JacksonException notJson) {
      return words(words);
    }
    return words(words);
  }

  private static boolean isAuthenticate(ObjectNode object) {
    return object.path("type").asString("").equals("authenticate");
  }

  private static void mask(JsonNode tree) {
    if (tree instanceof ObjectNode object) {
      if (object.path("enc").asBoolean(false) && object.has("data")) {
        object.put("data", MASK);
      }
      for (Map.Entry<String, JsonNode> each : object.properties()) {
        if (SECRET.matcher(each.getKey()).find()
            || (each.getKey().equals("code") && isAuthenticate(object))) {
          each.setValue(JSON.getNodeFactory().stringNode(MASK));
        } else {
          mask(each.getValue());
        }
      }
    } else if (tree instanceof ArrayNode array) {
      array.forEach(Redaction::mask);
    }
  }

  /** Returns a text that is not JSON, with anything that looks like a secret masked. */
  static String words(String text) {
    String assigned = ASSIGNED.matcher(text).replaceAll("$1$2" + MASK);
    return shortened(JOSE.matcher(assigned).replaceAll(MASK));
  }

  /** Returns a URI without secrets in its query and without the user info before its host. */
  public static String uri(Object uri) {
    return words(uri.toString().replaceFirst("://[^/@]*@", "://" + MASK + "@"));
  }

  /** Returns headers in one line. */
  public static String headers(Headers headers) {
    StringBuilder line = new StringBuilder();
    for (Map.Entry<String, String> header : headers) {
      String name = header.getKey();
      line.append(line.isEmpty() ? "" : ", ")
          .append(name)
          .append(": ")
          .append(SECRET.matcher(name).find() ? MASK : words(header.getValue()));
    }
    return line.toString();
  }

  private static String shortened(String text) {
    return text.length() <= LONGEST
        ? text
        : text.substring(0, LONGEST) + "… (" + text.length() + " characters)";
  }
}
