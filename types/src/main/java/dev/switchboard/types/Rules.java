package dev.switchboard.types;

import java.util.List;
import java.util.Map;

/**
 * The constraints on a value. Immutable.
 *
 * @param keywords those that are keywords of JSON Schema, in its terms; lengths in UTF-16 code
 *     units
 * @param patterns regular expressions that all have to be found
 * @param notes the others, in words
 */
record Rules(Map<String, Object> keywords, List<String> patterns, List<String> notes) {
  static final Rules NONE = new Rules(Map.of(), List.of(), List.of());

  /** Found in a text that is not blank. */
  static final String NOT_BLANK = "[^\\u0000-\\u0020]";
}
