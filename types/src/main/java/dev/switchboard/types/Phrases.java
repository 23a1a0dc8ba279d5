package dev.switchboard.types;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Says in words what TypeScript's types can't. */
final class Phrases {
  /** The largest integer up to which JavaScript's numbers are exact: 2^53 - 1. */
  private static final BigDecimal EXACT = BigDecimal.valueOf((1L << 53) - 1);

  private Phrases() {}

  static List<String> of(Form.Use use) {
    List<String> phrases = new ArrayList<>();
    Rules rules = use.rules();
    form(use, phrases);
    range(rules.keywords(), "Length", "character", phrases);
    range(rules.keywords(), "Items", "element", phrases);
    range(rules.keywords(), "Properties", "entry", phrases);
    bounds(rules.keywords(), phrases);
    phrases.addAll(rules.patterns().values());
    phrases.addAll(rules.notes());
    return phrases;
  }

  private static void form(Form.Use use, List<String> phrases) {
    if (losesDigits(use)) {
      phrases.add("an integer of Java, exact only up to 2^53 in JavaScript");
      return;
    }
    @Nullable String said =
        switch (use.form()) {
          case Form.Scalar.BYTE,
              Form.Scalar.SHORT,
              Form.Scalar.INT,
              Form.Scalar.LONG,
              Form.Scalar.BIG_INTEGER ->
              "an integer";
          case Form.Scalar.YEAR -> "a year";
          case Form.Scalar.CHARACTER -> "one character";
          case Form.Scalar.UUID -> "a UUID";
          case Form.Scalar.URI -> "a URI";
          case Form.Scalar.BASE64 -> "bytes in base64";
          default -> null;
        };
    if (said != null) {
      phrases.add(said);
    }
  }

  /** Whether a value may be an integer that JavaScript does not represent. */
  static boolean losesDigits(Form.Use use) {
    return (use.form() == Form.Scalar.LONG || use.form() == Form.Scalar.BIG_INTEGER)
        && !(within(
                use.rules().keywords().get("minimum"),
                use.rules().keywords().get("exclusiveMinimum"))
            && within(
                use.rules().keywords().get("maximum"),
                use.rules().keywords().get("exclusiveMaximum")));
  }

  private static boolean within(@Nullable Object bound, @Nullable Object exclusive) {
    return (bound instanceof BigDecimal one && one.abs().compareTo(EXACT) <= 0)
        || (exclusive instanceof BigDecimal other && other.abs().compareTo(EXACT) <= 0);
  }

  private static void range(
      Map<String, Object> keywords, String what, String unit, List<String> phrases) {
    Object min = keywords.get("min" + what);
    Object max = keywords.get("max" + what);
    if (min != null && max != null) {
      phrases.add(min.equals(max) ? counted(max, unit) : min + "–" + counted(max, unit));
    } else if (min != null) {
      phrases.add("at least " + counted(min, unit));
    } else if (max != null) {
      phrases.add("at most " + counted(max, unit));
    }
  }

  private static String counted(Object count, String unit) {
    String many = unit.endsWith("y") ? unit.substring(0, unit.length() - 1) + "ies" : unit + "s";
    return count + " " + (count.equals(1) ? unit : many);
  }

  private static void bounds(Map<String, Object> keywords, List<String> phrases) {
    Object min = keywords.get("minimum");
    Object max = keywords.get("maximum");
    if (min instanceof BigDecimal from && max instanceof BigDecimal to) {
      phrases.add("from " + from.toPlainString() + " to " + to.toPlainString());
    } else {
      bound("at least ", min, phrases);
      bound("at most ", max, phrases);
    }
    bound("more than ", keywords.get("exclusiveMinimum"), phrases);
    bound("less than ", keywords.get("exclusiveMaximum"), phrases);
  }

  private static void bound(String words, @Nullable Object bound, List<String> phrases) {
    if (bound instanceof BigDecimal number) {
      phrases.add(words + number.toPlainString());
    }
  }
}
