package dev.switchboard.validation.internal;

import dev.switchboard.protocol.DefinitionException;
import jakarta.validation.ConstraintDeclarationException;
import jakarta.validation.UnexpectedTypeException;
import jakarta.validation.ValidationException;
import jakarta.validation.Validator;
import jakarta.validation.metadata.BeanDescriptor;
import jakarta.validation.metadata.CascadableDescriptor;
import jakarta.validation.metadata.ContainerDescriptor;
import jakarta.validation.metadata.PropertyDescriptor;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Rejects, when a protocol is defined, constraints that could not be checked or that would silently
 * be skipped. Confined to one thread.
 */
final class Soundness {
  private final Validator validator;
  private final Map<Class<?>, Boolean> known = new HashMap<>();

  Soundness(Validator validator) {
    this.validator = validator;
  }

  /**
   * Whether the record, or one nested in it, has constraints.
   *
   * @throws DefinitionException if one of them could not be checked
   */
  boolean constrained(Class<?> record) {
    Boolean before = known.putIfAbsent(record, false); // a record may contain itself
    if (before != null) {
      return before;
    }
    try {
      BeanDescriptor bean = validator.getConstraintsForClass(record);
      boolean constrained = bean.isBeanConstrained();
      for (RecordComponent component : record.getRecordComponents()) {
        constrained |= constrained(record, component, bean);
      }
      known.put(record, constrained);
      return constrained;
    } catch (ConstraintDeclarationException bad) {
      throw unusable(record.getName(), bad);
    }
  }

  private boolean constrained(Class<?> record, RecordComponent component, BeanDescriptor bean) {
    String where = record.getName() + "." + component.getName();
    PropertyDescriptor property = bean.getConstraintsForProperty(component.getName());
    if (property != null) {
      try { // looks up the validator of each constraint, whatever the value is
        validator.validateValue(record, component.getName(), null);
      } catch (UnexpectedTypeException bad) {
        throw unusable(where, bad);
      }
    }
    boolean inside = false;
    for (Class<?> held : held(component.getGenericType()).toList()) {
      if (constrained(held)) {
        inside = true;
        if (!cascaded(property)) {
          throw new DefinitionException(
              where
                  + ": the constraints of "
                  + held.getName()
                  + " would not be checked (expected: @Valid)");
        }
      }
    }
    return inside;
  }

  private static boolean cascaded(@Nullable PropertyDescriptor property) {
    return property != null && (property.isCascaded() || inElements(property));
  }

  private static boolean inElements(ContainerDescriptor container) {
    return container.getConstrainedContainerElementTypes().stream()
        .anyMatch(element -> ((CascadableDescriptor) element).isCascaded() || inElements(element));
  }

  private static Stream<Class<?>> held(Type type) {
    return switch (type) {
      case ParameterizedType generic ->
          Arrays.stream(generic.getActualTypeArguments()).flatMap(Soundness::held);
      case GenericArrayType array -> held(array.getGenericComponentType());
      case Class<?> array when array.isArray() -> held(array.getComponentType());
      case Class<?> record when record.isRecord() -> Stream.of(record);
      case Class<?> union when union.isSealed() ->
          Arrays.stream(union.getPermittedSubclasses()).flatMap(Soundness::held);
      default -> Stream.empty();
    };
  }

  private static DefinitionException unusable(String where, ValidationException bad) {
    return new DefinitionException(where + ": " + bad.getMessage());
  }
}
