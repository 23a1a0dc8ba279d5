package dev.switchboard.types;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.switchboard.protocol.DefinitionException;
import dev.switchboard.protocol.format.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.jsonFormatVisitors.JsonFormatVisitorWrapper;
import tools.jackson.databind.jsonFormatVisitors.JsonObjectFormatVisitor;
import tools.jackson.databind.jsontype.TypeSerializer;

/**
 * Asks the codec what it calls the parts of a record in JSON, so that annotations mean here what
 * they mean there. Confined to one thread.
 */
final class WireNames {
  private final Map<String, String> keys = new LinkedHashMap<>();
  private final SerializationContext context;
  private final Class<?> type;

  private WireNames(Class<?> type) {
    this.type = type;
    Visitor visitor = new Visitor();
    Json.MAPPER.acceptJsonFormatVisitor(type, visitor);
    this.context = Objects.requireNonNull(visitor.getContext());
  }

  static WireNames of(Class<?> record) {
    return new WireNames(record);
  }

  /** Returns the key of a component; null if it is not written. */
  @Nullable String key(String component) {
    return keys.get(component);
  }

  /** Returns the key and the value that tell this record from others; null if there is none. */
  Map.@Nullable Entry<String, String> tag() {
    JavaType java = context.constructType(type);
    TypeSerializer tagged = context.findTypeSerializer(java);
    if (tagged == null) {
      return null;
    }
    if (tagged.getTypeInclusion() != JsonTypeInfo.As.PROPERTY || tagged.getPropertyName() == null) {
      throw new DefinitionException(
          type.getName()
              + ": @JsonTypeInfo "
              + tagged.getTypeInclusion()
              + " can't be expressed (expected: include = PROPERTY, and a name for each record)");
    }
    return Map.entry(
        tagged.getPropertyName(),
        tagged.getTypeIdResolver().idFromValueAndType(context, null, type));
  }

  private final class Visitor extends JsonFormatVisitorWrapper.Base {
    @Override
    public JsonObjectFormatVisitor expectObjectFormat(JavaType object) {
      return new JsonObjectFormatVisitor.Base(getContext()) {
        @Override
        public void property(BeanProperty property) {
          keys.put(property.getMember().getName(), property.getName());
        }

        @Override
        public void optionalProperty(BeanProperty property) {
          property(property);
        }
      };
    }
  }
}
