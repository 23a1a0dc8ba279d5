package dev.switchboard.protocol.wire;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.switchboard.protocol.MessageType;
import dev.switchboard.protocol.Protocol;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the {@code byte[]} components of a message type, whose values are base64 in JSON and byte
 * strings in CBOR. Built by one thread, then immutable.
 */
public final class BinaryPlaces {
  /** No binary values. */
  public static final BinaryPlaces NONE = new BinaryPlaces(false);

  private static final BinaryPlaces HERE = new BinaryPlaces(true);

  private final boolean here;
  private final Map<String, BinaryPlaces> named = new HashMap<>();
  private @Nullable BinaryPlaces each; // set at most once, while it is built

  private BinaryPlaces(boolean here) {
    this.here = here;
  }

  /** The binary values of all types of a protocol, by the name of the type. */
  public record OfTypes(Map<String, BinaryPlaces> byType) {
    public BinaryPlaces of(String type) {
      return byType.getOrDefault(type, NONE);
    }
  }

  public static OfTypes of(Protocol<?> protocol) {
    Map<String, BinaryPlaces> byType = new HashMap<>();
    Walk walk = new Walk();
    for (MessageType<?> type : protocol.types()) {
      walk.add(byType, type);
      if (type.replyClass() != null) {
        walk.add(byType, protocol.type(type.replyClass()));
      }
    }
    return new OfTypes(Map.copyOf(byType));
  }

  /** Whether the value itself is binary. */
  boolean here() {
    return here;
  }

  /** Returns the binary values within the value of a key. */
  BinaryPlaces under(String key) {
    BinaryPlaces under = named.get(key);
    return under == null ? each() : under;
  }

  /** Returns the binary values within each element. */
  BinaryPlaces each() {
    return each == null ? NONE : each;
  }

  /** Walks through records, which may contain themselves. */
  private static final class Walk {
    private final Map<Class<?>, BinaryPlaces> byClass = new HashMap<>();
    private boolean found; // whether the current type has a binary value

    void add(Map<String, BinaryPlaces> byType, MessageType<?> type) {
      found = false;
      byClass.clear();
      BinaryPlaces places = of(type.recordClass());
      if (found) {
        byType.put(type.name(), places);
      }
    }

    private BinaryPlaces of(Type type) {
      if (type == byte[].class) {
        found = true;
        return HERE;
      }
      if (type instanceof ParameterizedType generic) { // a list, set, map or Optional
        Type[] of = generic.getActualTypeArguments();
        BinaryPlaces inside = of(of[of.length - 1]);
        return generic.getRawType() == java.util.Optional.class ? inside : of(inside);
      }
      if (type instanceof Class<?> plain) {
        if (plain.isArray()) {
          return of(of(plain.getComponentType()));
        }
        if (plain.isRecord() || plain.isAnnotationPresent(JsonTypeInfo.class)) {
          return ofClass(plain);
        }
      }
      return NONE;
    }

    private static BinaryPlaces of(BinaryPlaces inside) {
      if (inside == NONE) {
        return NONE;
      }
      BinaryPlaces places = new BinaryPlaces(false);
      places.each = inside;
      return places;
    }

    private BinaryPlaces ofClass(Class<?> known) {
      BinaryPlaces places = byClass.get(known);
      if (places == null) {
        places = new BinaryPlaces(false);
        byClass.put(known, places);
        components(known, places);
      }
      return places;
    }

    private void components(Class<?> type, BinaryPlaces places) {
      if (type.isRecord()) {
        for (RecordComponent component : type.getRecordComponents()) {
          BinaryPlaces inside = of(component.getGenericType());
          if (inside != NONE) {
            places.named.put(name(component), inside);
          }
        }
      } else if (type.isSealed()) {
        for (Class<?> one : type.getPermittedSubclasses()) {
          components(one, places);
        }
      }
    }

    private static String name(RecordComponent component) {
      JsonProperty given = component.getAccessor().getAnnotation(JsonProperty.class);
      return given == null || given.value().isEmpty() ? component.getName() : given.value();
    }
  }
}
