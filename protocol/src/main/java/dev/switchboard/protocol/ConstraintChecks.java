package dev.switchboard.protocol;

import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedArrayType;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds {@code jakarta.validation} constraints on records and the module that checks them. */
final class ConstraintChecks {
  private ConstraintChecks() {}

  /**
   * Returns the validators for the constraints on some records; none if there are no constraints.
   *
   * @param messages the records that are messages
   * @param all those and the records nested in them
   * @throws DefinitionException if there are constraints but no module that checks them
   */
  static Checks of(Iterable<Class<?>> messages, Stream<Class<?>> all) {
    Optional<String> constrained =
        all.map(ConstraintChecks::constrained).filter(Objects::nonNull).sorted().findFirst();
    if (constrained.isEmpty()) {
      return Checks.NONE;
    }
    Constraints obeying =
        ServiceLoader.load(Constraints.class, Constraints.class.getClassLoader())
            .findFirst()
            .orElseThrow(() ->
                new DefinitionException(
                    constrained.get()
                        + " would not be checked (expected: switchboard-validation on the class path)"));
    Checks checks = Checks.NONE;
    for (Class<?> message : messages) {
      Validator<Object> validator = obeying.of(message);
      if (validator != null) {
        checks = checks.plus(message, validator);
      }
    }
    return checks;
  }

  /** Describes the first constraint on a record; null if it has none. */
  private static @Nullable String constrained(Class<?> record) {
    String where = record.getName() + ": ";
    String found = constraint(record);
    for (RecordComponent component : record.getRecordComponents()) {
      if (found == null) {
        where = record.getName() + "." + component.getName() + ": ";
        found = constraint(component.getAccessor());
      }
      if (found == null) {
        found = constraint(component.getAnnotatedType());
      }
    }
    return found == null ? null : where + found;
  }

  private static @Nullable String constraint(AnnotatedType type) {
    String own = constraint((AnnotatedElement) type);
    if (own != null) {
      return own;
    }
    AnnotatedType[] inside =
        switch (type) {
          case AnnotatedParameterizedType generic -> generic.getAnnotatedActualTypeArguments();
          case AnnotatedArrayType array ->
              new AnnotatedType[] {array.getAnnotatedGenericComponentType()};
          default -> new AnnotatedType[0];
        };
    return Arrays.stream(inside)
        .map(ConstraintChecks::constraint)
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  private static @Nullable String constraint(AnnotatedElement place) {
    return Arrays.stream(place.getAnnotations())
        .map(Annotation::annotationType)
        .filter(ConstraintChecks::isConstraint)
        .map(annotation -> "@" + annotation.getSimpleName())
        .findFirst()
        .orElse(null);
  }

  private static boolean isConstraint(Class<? extends Annotation> type) {
    return type.getName().equals("jakarta.validation.Valid")
        || Arrays.stream(type.getAnnotations())
            .anyMatch(on -> on.annotationType().getName().equals("jakarta.validation.Constraint"));
  }
}
