package dev.switchboard.types;

import java.util.List;
import java.util.Map;

/**
 * The constraints on a value. Immutable.
 *
 * @param keywords those that are keywords of JSON Schema, in its terms; lengths in UTF-16 code
 *     units
 * @param patterns regular expressions that all have to be found, and what they mean in words
 * @param notes the others, in words
 */
record Rules(Map<String, Object> keywords, Map<String, String> patterns, List<String> notes) {
  static final Rules NONE = new Rules(Map.of(), Map.of(), List.of());
}
