package dev.switchboard.types;

import jakarta.validation.Constraint;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Email;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Negative;
import jakarta.validation.constraints.NegativeOrZero;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Positive;
import jakarta.validation.constraints.PositiveOrZero;
import jakarta.validation.constraints.Size;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads Jakarta's annotations at one place. Confined to one thread, for one use. */
final class ConstraintReader {
  /** What regular expressions of Java have and those of JavaScript, with {@code u}, have not. */
  private static final java.util.regex.Pattern JAVA_ONLY =
      java.util.regex.Pattern.compile(
          "\\\\[AZzGQEhHRX]|\\\\[pP](?!\\{[LMNPSZC][a-z]?\\})|\\(\\?[a-z-]+[:)]|\\(\\?>|[*+?}]\\+|&&");

  /** Found in a text that {@link NotBlank} accepts. */
  static final String NOT_BLANK = "[^\\u0000-\\u0020]";

  private final Map<String, Object> keywords = new TreeMap<>();
  private final Map<String, String> patterns = new LinkedHashMap<>();
  private final List<String> notes = new ArrayList<>();
  private final Form form;

  private ConstraintReader(Form form) {
    this.form = form;
  }

  /** Reads the constraints on a value of this form. */
  static Rules read(Form form, AnnotatedElement place) {
    ConstraintReader reader = new ConstraintReader(form);
    reader.all(place);
    return new Rules(
        Collections.unmodifiableMap(reader.keywords),
        Collections.unmodifiableMap(reader.patterns),
        List.copyOf(reader.notes));
  }

  private void all(AnnotatedElement place) {
    for (Annotation annotation : place.getAnnotations()) {
      Class<? extends Annotation> type = annotation.annotationType();
      if (type.isAnnotationPresent(Constraint.class)) {
        one(annotation);
      }
    }
  }

  private void one(Annotation annotation) {
    switch (annotation) {
      case NotNull already -> {} // of every component that is not optional
      case NotEmpty empty -> length(1, Integer.MAX_VALUE);
      case NotBlank blank -> {
        length(1, Integer.MAX_VALUE);
        patterns.put(NOT_BLANK, "not blank");
      }
      case Size size -> length(size.min(), size.max());
      case Min min -> atLeast("minimum", BigDecimal.valueOf(min.value()));
      case Max max -> atMost("maximum", BigDecimal.valueOf(max.value()));
      case DecimalMin min ->
          atLeast(min.inclusive() ? "minimum" : "exclusiveMinimum", new BigDecimal(min.value()));
      case DecimalMax max ->
          atMost(max.inclusive() ? "maximum" : "exclusiveMaximum", new BigDecimal(max.value()));
      case Positive positive -> atLeast("exclusiveMinimum", BigDecimal.ZERO);
      case PositiveOrZero positive -> atLeast("minimum", BigDecimal.ZERO);
      case Negative negative -> atMost("exclusiveMaximum", BigDecimal.ZERO);
      case NegativeOrZero negative -> atMost("maximum", BigDecimal.ZERO);
      case Pattern pattern -> pattern(pattern);
      case Email mail -> notes.add("an email address");
      default -> other(annotation.annotationType());
    }
  }

  private void length(int min, int max) {
    String what =
        switch (form) {
          case Form.ListOf list -> "Items";
          case Form.MapOf map -> "Properties";
          default -> "Length";
        };
    if (min > 0) {
      keywords.merge("min" + what, min, (one, other) -> Math.max((int) one, (int) other));
    }
    if (max < Integer.MAX_VALUE) {
      keywords.merge("max" + what, max, (one, other) -> Math.min((int) one, (int) other));
    }
  }

  private void atLeast(String keyword, BigDecimal bound) {
    keywords.merge(keyword, bound, (one, other) -> ((BigDecimal) one).max((BigDecimal) other));
  }

  private void atMost(String keyword, BigDecimal bound) {
    keywords.merge(keyword, bound, (one, other) -> ((BigDecimal) one).min((BigDecimal) other));
  }

  private void pattern(Pattern pattern) {
    boolean readable = pattern.flags().length == 0 && !JAVA_ONLY.matcher(pattern.regexp()).find();
    String said = pattern.message().startsWith("{") ? "" : pattern.message();
    if (readable) {
      String whole = "^(?:" + pattern.regexp() + ")$";
      patterns.put(whole, said.isEmpty() ? "matches `" + whole + "`" : said);
    } else {
      notes.add(said.isEmpty() ? "matches a pattern of Java: " + pattern.regexp() : said);
    }
  }

  /** A constraint that is put together from others counts as those, any other by its name. */
  private void other(Class<? extends Annotation> type) {
    int before = keywords.size() + patterns.size() + notes.size();
    all(type);
    if (keywords.size() + patterns.size() + notes.size() == before) {
      notes.add("checked by the server: " + type.getSimpleName());
    }
  }
}
