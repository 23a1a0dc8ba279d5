package dev.switchboard.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.switchboard.protocol.format.EncodingLimits;
import dev.switchboard.protocol.format.Json;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.temporal.Temporal;
import java.time.temporal.TemporalAmount;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Describes a record's components and which of them may be absent. Building it rejects what cannot
 * be converted from JSON. At run time it finds components of a message that are null but must not
 * be, which Jackson alone would accept.
 */
final class Shape {
  private static final Set<Class<?>> SCALARS =
      Set.of(
          Boolean.class,
          Byte.class,
          Short.class,
          Integer.class,
          Long.class,
          Float.class,
          Double.class,
          Character.class,
          String.class,
          BigDecimal.class,
          BigInteger.class,
          UUID.class,
          URI.class,
          byte[].class);

  /** Numbers of these types may have values that cannot be encoded. */
  private static final Set<Class<?>> BOUNDED =
      Set.of(
          float.class, Float.class, double.class, Double.class, BigDecimal.class, BigInteger.class);

  private final List<Component> components = new ArrayList<>();

  private Shape() {}

  private record Component(String name, Method accessor, boolean nullable, boolean nested) {}

  /**
   * The shapes of all records of one protocol, including nested ones. One thread fills it;
   * afterwards many may read it.
   */
  static final class Shapes {
    private final Map<Class<?>, Shape> byRecord = new HashMap<>();

    /**
     * Adds a record and the records nested in it.
     *
     * @throws DefinitionException if something in it cannot be decoded
     */
    public Shape of(Class<?> record) {
      Shape known = byRecord.get(record);
      if (known != null) {
        return known;
      }
      requireObject(record);
      Shape shape = new Shape();
      byRecord.put(record, shape); // before its components: a record may hold itself
      for (RecordComponent component : record.getRecordComponents()) {
        String where = record.getName() + "." + component.getName();
        boolean nested = check(component.getGenericType(), where);
        Method accessor = component.getAccessor();
        accessor.setAccessible(true);
        boolean nullable =
            nullable(component, component.getAnnotatedType())
                || component.getType() == Optional.class;
        shape.components.add(new Component(component.getName(), accessor, nullable, nested));
      }
      return shape;
    }

    /** Returns all records, including nested ones. */
    public Stream<Class<?>> records() {
      return byRecord.keySet().stream();
    }

    /** Throws for the first component that is null but must not be. */
    void requirePresent(Object message, String path) {
      Shape shape = byRecord.get(message.getClass());
      if (shape == null) {
        return;
      }
      for (Component component : shape.components) {
        String where = path + "." + component.name;
        @Nullable Object value = read(component, message);
        if (value == null) {
          if (!component.nullable) {
            throw new InvalidMessageException(
                where, "required", where + ": missing or null (expected: a value)");
          }
        } else if (component.nested) {
          inside(value, where);
        }
      }
    }

    private void inside(@Nullable Object value, String where) {
      switch (value) {
        case null ->
            throw new InvalidMessageException(
                where, "required", where + ": null (expected: a value)");
        case Collection<?> many -> {
          int i = 0;
          for (Object one : many) {
            inside(one, where + "[" + i++ + "]");
          }
        }
        case Map<?, ?> map -> map.forEach((key, one) -> inside(one, where + "." + key));
        case Optional<?> maybe -> maybe.ifPresent(one -> inside(one, where));
        case Object[] many -> inside(Arrays.asList(many), where);
        case Number number -> {
          if (!writable(number)) {
            throw InvalidMessageException.of(
                where, "type", number, "a finite number that is not too large");
          }
        }
        case double[] many -> Arrays.stream(many).forEach(one -> inside(one, where));
        case float[] many -> {
          for (float one : many) {
            inside(one, where);
          }
        }
        default -> requirePresent(value, where);
      }
    }

    /** Whether every encoding can represent the number. */
    private static boolean writable(Number number) {
      return switch (number) {
        case Double real -> Double.isFinite(real);
        case Float real -> Float.isFinite(real);
        case BigInteger integer -> integer.bitLength() <= EncodingLimits.MAX_NUMBER_BYTES * 8;
        case BigDecimal decimal ->
            Math.abs((long) decimal.scale()) < EncodingLimits.MAX_EXPONENT
                && writable(decimal.unscaledValue());
        default -> true;
      };
    }

    /**
     * Whether values of this type have to be checked: they may contain nulls, or numbers that are
     * too large. Throws if the type cannot be decoded.
     */
    private boolean check(Type type, String where) {
      if (type instanceof ParameterizedType generic
          && generic.getRawType() instanceof Class<?> raw) {
        Type[] of = generic.getActualTypeArguments();
        if (raw == Map.class && of[0] == String.class) {
          check(of[1], where);
          return true;
        }
        if (raw == List.class
            || raw == Set.class
            || raw == Collection.class
            || raw == Optional.class) {
          check(of[0], where);
          return true;
        }
      }
      if (type instanceof Class<?> plain) {
        if (BOUNDED.contains(plain)) {
          return true;
        }
        if (plain.isEnum()) {
          requireText(plain, where);
          return false;
        }
        if (plain.isPrimitive()
            || SCALARS.contains(plain)
            || JsonNode.class.isAssignableFrom(plain)) {
          return false;
        }
        if (Temporal.class.isAssignableFrom(plain)
            || TemporalAmount.class.isAssignableFrom(plain)) {
          return false;
        }
        if (plain.isRecord()) {
          of(plain);
          return true;
        }
        if (plain.isArray()) {
          return check(plain.getComponentType(), where) || !plain.getComponentType().isPrimitive();
        }
        if (plain.isSealed() && plain.isAnnotationPresent(JsonTypeInfo.class)) {
          Arrays.stream(plain.getPermittedSubclasses()).forEach(one -> check(one, where));
          return true;
        }
      }
      throw new DefinitionException(
          where
              + ": "
              + type.getTypeName()
              + " cannot be decoded (expected: a scalar, an enum, a record, or a list, set, map or Optional of those)");
    }
  }

  private static void requireText(Class<?> enumeration, String where) {
    for (Object constant : enumeration.getEnumConstants()) {
      JsonNode written = Json.MAPPER.valueToTree(constant);
      if (!written.isString()) {
        throw new DefinitionException(
            where + ": " + constant + " is written as " + written + " (expected: a string)");
      }
    }
  }

  /** Requires that a record is written as an object and created by its canonical constructor. */
  private static void requireObject(Class<?> record) {
    Class<?>[] canonical =
        Arrays.stream(record.getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    for (Constructor<?> constructor : record.getDeclaredConstructors()) {
      JsonCreator creator = constructor.getAnnotation(JsonCreator.class);
      if (creator != null
          && (!Arrays.equals(constructor.getParameterTypes(), canonical)
              || creator.mode() == JsonCreator.Mode.DELEGATING)) {
        throw new DefinitionException(
            constructor + ": is a @JsonCreator (expected: the canonical constructor, or none)");
      }
    }
    for (Method method : record.getDeclaredMethods()) {
      if (method.isAnnotationPresent(JsonCreator.class)
          || method.isAnnotationPresent(JsonValue.class)) {
        throw new DefinitionException(
            method + ": is a @JsonCreator or @JsonValue (expected: records as objects)");
      }
    }
  }

  private static @Nullable Object read(Component component, Object message) {
    try {
      return component.accessor.invoke(message);
    } catch (ReflectiveOperationException broken) {
      throw new IllegalStateException(component.accessor + " cannot be read", broken);
    }
  }

  private static boolean nullable(AnnotatedElement... places) {
    return Arrays.stream(places)
        .flatMap(place -> Arrays.stream(place.getAnnotations()))
        .map(Annotation::annotationType)
        .anyMatch(annotation -> annotation.getSimpleName().equals("Nullable"));
  }
}
