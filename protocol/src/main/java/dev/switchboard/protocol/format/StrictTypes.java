package dev.switchboard.protocol.format;

import java.io.Serial;
import java.net.URI;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.Year;
import java.time.ZonedDateTime;
import java.time.temporal.Temporal;
import java.time.temporal.TemporalAmount;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.Version;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JacksonModule;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.deser.ValueDeserializerModifier;
import tools.jackson.databind.deser.ValueInstantiator;
import tools.jackson.databind.deser.ValueInstantiators;
import tools.jackson.databind.deser.std.DelegatingDeserializer;
import tools.jackson.databind.deser.std.StdValueInstantiator;
import tools.jackson.databind.type.ArrayType;

/**
 * Narrows what Jackson accepts for each type of component to one form for each value: the form in
 * which Switchboard writes it ({@code docs/validation.md#what-each-component-takes}). A message
 * that is accepted and relayed unchanged therefore means the same to every other reader.
 */
final class StrictTypes extends JacksonModule {
  private final boolean binary;

  /** Creates the module for CBOR if {@code binary}, otherwise for JSON. */
  StrictTypes(boolean binary) {
    this.binary = binary;
  }

  @Override
  public String getModuleName() {
    return "switchboard";
  }

  @Override
  public Version version() {
    return Version.unknownVersion();
  }

  @Override
  public void setupModule(SetupContext context) {
    context.addValueInstantiators(new Canonical());
    context.addDeserializerModifier(new Strictly(binary));
  }

  /**
   * Reads a record from an object with its canonical constructor, whatever other constructors it
   * has.
   */
  private static final class Canonical extends ValueInstantiators.Base {
    @Override
    public ValueInstantiator modifyValueInstantiator(
        DeserializationConfig config,
        BeanDescription.Supplier bean,
        ValueInstantiator instantiator) {
      return bean.getBeanClass().isRecord() && instantiator instanceof StdValueInstantiator known
          ? new OfObject(known)
          : instantiator;
    }
  }

  private static final class OfObject extends StdValueInstantiator {
    @Serial private static final long serialVersionUID = 1L;

    @SuppressWarnings("NullAway") // for StdValueInstantiator, null means none
    OfObject(StdValueInstantiator all) {
      super(all);
      if (_valueClass.getRecordComponents().length > 0) {
        _defaultCreator = null;
      }
      _delegateType = null;
      _delegateCreator = null;
      _arrayDelegateType = null;
      _arrayDelegateCreator = null;
      _fromStringCreator = null;
      _fromIntCreator = null;
      _fromLongCreator = null;
      _fromBigIntegerCreator = null;
      _fromDoubleCreator = null;
      _fromBigDecimalCreator = null;
      _fromBooleanCreator = null;
    }
  }

  private static final class Strictly extends ValueDeserializerModifier {
    @Serial private static final long serialVersionUID = 1L;

    private final boolean binary;

    Strictly(boolean binary) {
      this.binary = binary;
    }

    @Override
    public ValueDeserializer<?> modifyDeserializer(
        DeserializationConfig config,
        BeanDescription.Supplier bean,
        ValueDeserializer<?> deserializer) {
      Class<?> type = bean.getBeanClass();
      Rule rule = type == String.class && binary ? Rule.TEXT : rule(type);
      return rule == null ? deserializer : new Ruled(deserializer, type, rule);
    }

    @Override
    public ValueDeserializer<?> modifyEnumDeserializer(
        DeserializationConfig config,
        JavaType type,
        BeanDescription.Supplier bean,
        ValueDeserializer<?> deserializer) {
      return new Ruled(deserializer, type.getRawClass(), Rule.EXACT);
    }

    @Override
    public ValueDeserializer<?> modifyArrayDeserializer(
        DeserializationConfig config,
        ArrayType type,
        BeanDescription.Supplier bean,
        ValueDeserializer<?> deserializer) {
      Class<?> raw = type.getRawClass();
      if (raw == byte[].class) {
        return new Ruled(deserializer, raw, binary ? Rule.BYTES : Rule.BASE64);
      }
      return new Ruled(deserializer, raw, raw == char[].class ? Rule.TEXT : Rule.ARRAY);
    }
  }

  private static @Nullable Rule rule(Class<?> type) {
    if (type == Year.class) {
      return Rule.INTEGER;
    }
    if (type == java.util.UUID.class) {
      return Rule.UUID;
    }
    if (type == Instant.class || type == OffsetDateTime.class || type == ZonedDateTime.class) {
      return Rule.MOMENT;
    }
    if (type == URI.class
        || Temporal.class.isAssignableFrom(type)
        || TemporalAmount.class.isAssignableFrom(type)) {
      return Rule.EXACT;
    }
    return type == byte.class || type == Byte.class ? Rule.BYTE : null;
  }

  /**
   * What the next token must be for a value of some type. Other bounds are enforced by Jackson or
   * by {@code Shape}.
   */
  private enum Rule {
    TEXT {
      @Override
      boolean fits(JsonParser from) {
        return from.hasToken(JsonToken.VALUE_STRING);
      }
    },
    /** Text without surrounding white space, which Jackson would strip. */
    EXACT {
      @Override
      boolean fits(JsonParser from) {
        return TEXT.fits(from) && from.getString().equals(from.getString().strip());
      }
    },
    /** A date with a time, and not seconds since 1970 in quotes. */
    MOMENT {
      @Override
      boolean fits(JsonParser from) {
        return EXACT.fits(from) && from.getString().indexOf('T') > 0;
      }
    },
    UUID {
      @Override
      boolean fits(JsonParser from) {
        return TEXT.fits(from) && from.getString().length() == 36;
      }
    },
    INTEGER {
      @Override
      boolean fits(JsonParser from) {
        return from.hasToken(JsonToken.VALUE_NUMBER_INT);
      }
    },
    BYTE {
      @Override
      boolean fits(JsonParser from) {
        return from.hasToken(JsonToken.VALUE_NUMBER_INT)
            && from.getNumberType() == JsonParser.NumberType.INT
            && from.getIntValue() == (byte) from.getIntValue();
      }
    },
    ARRAY {
      @Override
      boolean fits(JsonParser from) {
        return from.hasToken(JsonToken.START_ARRAY);
      }
    },
    BYTES {
      @Override
      boolean fits(JsonParser from) {
        return from.hasToken(JsonToken.VALUE_EMBEDDED_OBJECT);
      }
    },
    /** Base64 as it is written: with padding, and nothing else. */
    BASE64 {
      @Override
      boolean fits(JsonParser from) {
        return TEXT.fits(from) && base64(from.getString());
      }
    };

    abstract boolean fits(JsonParser from);
  }

  private static boolean base64(String text) {
    try {
      return Base64.getEncoder().encodeToString(Base64.getDecoder().decode(text)).equals(text);
    } catch (IllegalArgumentException not) {
      return false;
    }
  }

  private static final class Ruled extends DelegatingDeserializer {
    private final Class<?> type;
    private final Rule rule;

    Ruled(ValueDeserializer<?> inner, Class<?> type, Rule rule) {
      super(inner);
      this.type = type;
      this.rule = rule;
    }

    @Override
    protected ValueDeserializer<?> newDelegatingInstance(ValueDeserializer<?> inner) {
      return new Ruled(inner, type, rule);
    }

    @Override
    public Object deserialize(JsonParser from, DeserializationContext context) {
      if (!rule.fits(from)) {
        return context.handleUnexpectedToken(context.constructType(type), from);
      }
      return super.deserialize(from, context);
    }
  }
}
