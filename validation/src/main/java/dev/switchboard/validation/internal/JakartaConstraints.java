package dev.switchboard.validation.internal;

import dev.switchboard.protocol.Constraints;
import dev.switchboard.protocol.InvalidMessageException;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.Path;
import jakarta.validation.Validation;
import jakarta.validation.Validator;
import java.util.Comparator;
import java.util.Locale;
import java.util.Set;
import org.hibernate.validator.messageinterpolation.ParameterMessageInterpolator;
import org.jspecify.annotations.Nullable;

/**
 * Checks {@code jakarta.validation} annotations. Messages are in English, and expressions in them
 * are never evaluated. Thread-safe.
 */
public final class JakartaConstraints implements Constraints {
  private static final Validator VALIDATOR =
      Validation.byDefaultProvider()
          .configure()
          .messageInterpolator(
              new ParameterMessageInterpolator(Set.of(Locale.ENGLISH), Locale.ENGLISH, false))
          .buildValidatorFactory()
          .getValidator();

  /** Called by {@link java.util.ServiceLoader}. */
  public JakartaConstraints() {}

  @Override
  public dev.switchboard.protocol.@Nullable Validator<Object> of(Class<?> record) {
    return new Soundness(VALIDATOR).constrained(record) ? this::validate : null;
  }

  private void validate(Object message) {
    VALIDATOR.validate(message).stream()
        .map(JakartaConstraints::invalid)
        .min(
            Comparator.comparing(InvalidMessageException::path)
                .thenComparing(InvalidMessageException::rule))
        .ifPresent(first -> {
          throw first;
        });
  }

  private static InvalidMessageException invalid(ConstraintViolation<Object> violation) {
    return InvalidMessageException.of(
        path(violation.getPropertyPath()),
        violation.getConstraintDescriptor().getAnnotation().annotationType().getSimpleName(),
        violation.getInvalidValue(),
        violation.getMessage());
  }

  private static String path(Path nodes) {
    StringBuilder path = new StringBuilder("data");
    for (Path.Node node : nodes) {
      if (node.getIndex() != null) {
        path.append('[').append(node.getIndex()).append(']');
      } else if (node.getKey() != null) {
        path.append('.').append(node.getKey());
      }
      if (node.getName() != null && !node.getName().startsWith("<")) {
        path.append('.').append(node.getName());
      }
    }
    return path.toString();
  }
}
