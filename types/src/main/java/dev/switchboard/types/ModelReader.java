package dev.switchboard.types;

import dev.switchboard.protocol.DefinitionException;
import dev.switchboard.protocol.MessageType;
import dev.switchboard.protocol.Protocol;
import dev.switchboard.protocol.format.Json;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedArrayType;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Field;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Reads the records of a protocol. The protocol has refused what can't be decoded; this refuses
 * what can't be said in other languages. Confined to one thread, for one use.
 */
final class ModelReader {
  /** Annotations of Jackson that make a component something else than its type says. */
  private static final Set<String> UNKNOWABLE =
      Set.of(
          "JsonFormat",
          "JsonSerialize",
          "JsonDeserialize",
          "JsonUnwrapped",
          "JsonRawValue",
          "JsonAnyGetter",
          "JsonAnySetter");

  private final Map<String, Class<?>> owners = new HashMap<>();
  private final Map<String, TypeModel.Declared> declared = new LinkedHashMap<>();

  private ModelReader() {}

  /**
   * Reads a protocol.
   *
   * @throws DefinitionException if two types have the same simple name, or a component can't be
   *     expressed
   */
  static TypeModel read(Protocol<?> protocol) {
    return new ModelReader().model(protocol);
  }

  private TypeModel model(Protocol<?> protocol) {
    Class<?> union = protocol.union();
    String name = union.isRecord() ? union.getSimpleName() + "Messages" : union.getSimpleName();
    owners.put(name, union);
    List<TypeModel.Message> messages = new ArrayList<>();
    Set<MessageType<?>> replies = new LinkedHashSet<>();
    for (MessageType<?> type : protocol.types()) {
      String record = record(type.recordClass());
      MessageType<?> reply = type.replyClass() == null ? null : protocol.type(type.replyClass());
      if (reply != null && protocol.find(reply.name()) == null) {
        replies.add(reply);
      }
      TypeModel.Kind kind =
          reply != null
              ? TypeModel.Kind.REQUEST
              : type.fleeting() ? TypeModel.Kind.FLEETING : TypeModel.Kind.MESSAGE;
      messages.add(
          new TypeModel.Message(
              type.name(), record, kind, reply == null ? null : reply.name(), type.fromServer()));
    }
    for (MessageType<?> reply : replies) {
      messages.add(
          new TypeModel.Message(
              reply.name(), record(reply.recordClass()), TypeModel.Kind.REPLY, null, false));
    }
    return new TypeModel(name, union.getName(), messages, declared);
  }

  /** Takes a simple name for a class; false if the class has it already. */
  private boolean isNew(Class<?> type) {
    Class<?> other = owners.putIfAbsent(type.getSimpleName(), type);
    if (other != null && other != type) {
      throw new DefinitionException(
          type.getName()
              + ": "
              + other.getName()
              + " has the same simple name (expected: one class named "
              + type.getSimpleName()
              + "; rename one of them, which does not change the wire if a message keeps its @TypeName)");
    }
    return other == null;
  }

  private String record(Class<?> record) {
    if (isNew(record)) {
      List<TypeModel.Field> fields = new ArrayList<>();
      declared.put(
          record.getSimpleName(), new TypeModel.Fields(fields)); // first: it may hold itself
      WireNames names = WireNames.of(record);
      Map.Entry<String, String> tag = names.tag();
      if (tag != null) {
        Form literal = new Form.Literal(tag.getValue());
        fields.add(new TypeModel.Field(tag.getKey(), new Form.Use(literal, false, Rules.NONE)));
      }
      for (RecordComponent component : record.getRecordComponents()) {
        fields.add(field(record, component, names));
      }
    }
    return record.getSimpleName();
  }

  private TypeModel.Field field(Class<?> record, RecordComponent component, WireNames names) {
    String where = record.getName() + "." + component.getName();
    AnnotatedElement place = place(record, component);
    Stream.concat(
            Arrays.stream(place.getAnnotations()),
            Arrays.stream(component.getAccessor().getAnnotations()))
        .map(annotation -> annotation.annotationType().getSimpleName())
        .filter(UNKNOWABLE::contains)
        .findFirst()
        .ifPresent(annotation -> {
          throw new DefinitionException(
              where
                  + ": @"
                  + annotation
                  + " can't be expressed (expected: a component that is written as its type says)");
        });
    String key = names.key(component.getName());
    if (key == null) {
      throw new DefinitionException(
          where + ": is not written (expected: a component without @JsonIgnore)");
    }
    Form.Use use = use(component.getAnnotatedType(), place, where);
    boolean nullable =
        use.nullable() || nullable(component) || nullable(component.getAnnotatedType());
    return new TypeModel.Field(key, new Form.Use(use.form(), nullable, use.rules()));
  }

  /** Annotations of a component are those of its field, whose type is not mixed up with it. */
  private static Field place(Class<?> record, RecordComponent component) {
    try {
      return record.getDeclaredField(component.getName());
    } catch (NoSuchFieldException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private Form.Use use(AnnotatedType annotated, AnnotatedElement place, String where) {
    if (annotated instanceof AnnotatedParameterizedType generic
        && raw(annotated.getType()) == Optional.class) {
      AnnotatedType inside = generic.getAnnotatedActualTypeArguments()[0];
      Form.Use use = use(inside, inside, where);
      return new Form.Use(use.form(), true, use.rules());
    }
    Form form = form(annotated, where);
    return new Form.Use(form, false, ConstraintReader.read(form, place)); // no element is null
  }

  private Form form(AnnotatedType annotated, String where) {
    Class<?> raw = raw(annotated.getType());
    if (annotated instanceof AnnotatedParameterizedType generic) {
      AnnotatedType[] of = generic.getAnnotatedActualTypeArguments();
      AnnotatedType last = of[of.length - 1];
      if (raw == Map.class) {
        return new Form.MapOf(use(last, last, where));
      }
      if (Collection.class.isAssignableFrom(raw)) {
        return new Form.ListOf(use(last, last, where));
      }
    }
    Form scalar = Scalars.of(raw);
    if (scalar != null) {
      return scalar;
    }
    if (annotated instanceof AnnotatedArrayType array) {
      AnnotatedType element = array.getAnnotatedGenericComponentType();
      return new Form.ListOf(use(element, element, where));
    }
    if (raw.isRecord()) {
      return new Form.Named(record(raw));
    }
    if (raw.isEnum()) {
      return new Form.Named(constants(raw));
    }
    if (raw.isSealed()) {
      return new Form.Named(union(raw, where));
    }
    throw new DefinitionException(
        where
            + ": "
            + raw.getName()
            + " can't be expressed (expected: a type whose JSON is the same for every value, such as Instant)");
  }

  private String constants(Class<?> type) {
    if (isNew(type)) {
      List<String> texts = new ArrayList<>();
      for (Object constant : type.getEnumConstants()) {
        texts.add(Json.MAPPER.valueToTree(constant).stringValue());
      }
      declared.put(type.getSimpleName(), new TypeModel.Constants(texts));
    }
    return type.getSimpleName();
  }

  private String union(Class<?> type, String where) {
    if (isNew(type)) {
      List<String> records = new ArrayList<>();
      Set<String> keys = new LinkedHashSet<>();
      declared.put(type.getSimpleName(), new TypeModel.Union("", records)); // keeps its place
      for (Class<?> leaf : leaves(type, where).toList()) {
        Map.Entry<String, String> tag = WireNames.of(leaf).tag();
        if (tag == null) {
          throw new DefinitionException(
              where + ": " + type.getName() + " has no key (expected: @JsonTypeInfo)");
        }
        keys.add(tag.getKey());
        records.add(record(leaf));
      }
      if (keys.size() != 1) {
        throw new DefinitionException(
            where + ": " + type.getName() + " has the keys " + keys + " (expected: one)");
      }
      declared.put(
          type.getSimpleName(), new TypeModel.Union(keys.iterator().next(), List.copyOf(records)));
    }
    return type.getSimpleName();
  }

  private static Stream<Class<?>> leaves(Class<?> type, String where) {
    if (type.isRecord()) {
      return Stream.of(type);
    }
    if (!type.isSealed()) {
      throw new DefinitionException(
          where + ": " + type.getName() + " can't be expressed (expected: a record)");
    }
    return Arrays.stream(type.getPermittedSubclasses()).flatMap(one -> leaves(one, where));
  }

  private static Class<?> raw(Type type) {
    return switch (type) {
      case Class<?> plain -> plain;
      case ParameterizedType generic -> (Class<?>) generic.getRawType();
      default -> throw new IllegalStateException(type + " was not refused by the protocol");
    };
  }

  private static boolean nullable(AnnotatedElement place) {
    return Arrays.stream(place.getAnnotations())
        .map(Annotation::annotationType)
        .anyMatch(annotation -> annotation.getSimpleName().equals("Nullable"));
  }
}
