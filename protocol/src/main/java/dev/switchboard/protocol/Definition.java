package dev.switchboard.protocol;

import java.lang.annotation.Annotation;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads a sealed interface of records and rejects what cannot work. Confined to one thread and
 * discarded after use.
 */
final class Definition<M> {
  private static final Pattern NAME =
      Pattern.compile("[a-z][a-z0-9_.-]{0," + (Limits.MAX_TYPE_CHARACTERS - 1) + "}");

  private final Map<String, MessageType<? extends M>> byName = new LinkedHashMap<>();
  private final Map<String, Class<?>> owners = new HashMap<>();
  private final Map<Class<?>, MessageType<?>> byClass = new HashMap<>();
  private final Shape.Shapes shapes = new Shape.Shapes();

  private final boolean foreign;

  private Definition(boolean foreign) {
    this.foreign = foreign;
  }

  /** Defines a protocol for a server other than Switchboard, where any type name is allowed. */
  static <M> Definition<M> foreign(Class<M> union) {
    Definition<M> definition = new Definition<>(true);
    definition.union(union);
    return definition;
  }

  static <M> Definition<M> of(Class<M> union) {
    Definition<M> definition = new Definition<>(false);
    definition.union(union);
    return definition;
  }

  Map<String, MessageType<? extends M>> byName() {
    return Collections.unmodifiableMap(byName);
  }

  Map<Class<?>, MessageType<?>> byClass() {
    return Map.copyOf(byClass);
  }

  Shape.Shapes shapes() {
    return shapes;
  }

  private void union(Class<? extends M> type) {
    if (type.isRecord()) {
      MessageType<? extends M> message = add(type);
      byName.put(message.name(), message);
    } else if (type.isSealed()) {
      for (Class<?> permitted : type.getPermittedSubclasses()) {
        union(permitted.asSubclass(type));
      }
    } else {
      throw new DefinitionException(
          type.getName()
              + ": not a message type (expected: a record or a sealed interface of records)");
    }
  }

  private <T> MessageType<T> add(Class<T> recordClass) {
    String name = nameOf(recordClass);
    Class<?> other = owners.putIfAbsent(name, recordClass);
    if (other != null && other != recordClass) {
      throw new DefinitionException(
          recordClass.getName()
              + ": type \""
              + name
              + "\" is also used by "
              + other.getName()
              + " (expected: another name, given with @TypeName)");
    }
    shapes.of(recordClass);
    Class<? extends Record> reply = replyOf(recordClass, recordClass);
    MessageType<T> type =
        new MessageType<>(
            name,
            recordClass,
            marked(recordClass, Fleeting.class),
            marked(recordClass, FromServer.class),
            reply);
    if (type.fleeting() && reply != null) {
      throw new DefinitionException(
          recordClass.getName() + ": a Request can't be @Fleeting, because it has a reply");
    }
    byClass.put(recordClass, type);
    if (reply != null && !byClass.containsKey(reply)) {
      add(reply);
    }
    return type;
  }

  /** Whether a record, or an interface that it implements, has an annotation. */
  private static boolean marked(Class<?> type, Class<? extends Annotation> annotation) {
    return type.isAnnotationPresent(annotation)
        || Stream.of(type.getInterfaces()).anyMatch(parent -> marked(parent, annotation));
  }

  private String nameOf(Class<?> recordClass) {
    TypeName given = recordClass.getAnnotation(TypeName.class);
    String name = given != null ? given.value() : snakeCase(recordClass.getSimpleName());
    if (foreign) {
      return name;
    }
    if (!NAME.matcher(name).matches()) {
      throw new DefinitionException(
          recordClass.getName() + ": type \"" + name + "\" (expected: " + NAME + ")");
    }
    if (MessageType.isReserved(name)) {
      throw new DefinitionException(
          recordClass.getName()
              + ": type \""
              + name
              + "\" is reserved (expected: another name, given with @TypeName)");
    }
    return name;
  }

  private static String snakeCase(String className) {
    return className.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
  }

  private static @Nullable Class<? extends Record> replyOf(Class<?> declaring, Class<?> type) {
    for (Type implemented : type.getGenericInterfaces()) {
      if (implemented instanceof ParameterizedType generic
          && generic.getRawType() == Request.class) {
        if (generic.getActualTypeArguments()[0] instanceof Class<?> reply && reply.isRecord()) {
          return reply.asSubclass(Record.class);
        }
        throw new DefinitionException(
            declaring.getName() + ": " + generic + " (expected: a record as the type of reply)");
      }
      if (implemented == Request.class) {
        throw new DefinitionException(
            declaring.getName() + ": raw Request (expected: Request<R> with a record R)");
      }
      Class<?> parent =
          (Class<?>)
              (implemented instanceof ParameterizedType generic
                  ? generic.getRawType()
                  : implemented);
      Class<? extends Record> inherited = replyOf(declaring, parent);
      if (inherited != null) {
        return inherited;
      }
    }
    return null;
  }
}
