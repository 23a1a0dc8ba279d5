package dev.switchboard.validation;

import com.fasterxml.classmate.ResolvedType;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.github.victools.jsonschema.generator.CustomDefinition;
import com.github.victools.jsonschema.generator.CustomDefinitionProviderV2;
import com.github.victools.jsonschema.generator.FieldScope;
import com.github.victools.jsonschema.generator.Option;
import com.github.victools.jsonschema.generator.OptionPreset;
import com.github.victools.jsonschema.generator.SchemaGenerator;
import com.github.victools.jsonschema.generator.SchemaGeneratorConfigBuilder;
import com.github.victools.jsonschema.generator.SchemaVersion;
import com.github.victools.jsonschema.module.jackson.JacksonOption;
import com.github.victools.jsonschema.module.jackson.JacksonSchemaModule;
import com.github.victools.jsonschema.module.jakarta.validation.JakartaValidationModule;
import com.github.victools.jsonschema.module.jakarta.validation.JakartaValidationOption;
import java.lang.annotation.Annotation;
import java.net.URI;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.temporal.Temporal;
import java.time.temporal.TemporalAmount;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Generates schemas from records. They require no more than the codec does. Confined to one thread.
 */
final class GeneratedSchemas {
  /** Types that are written as strings for which JSON Schema defines a format. */
  private static final Map<Class<?>, String> FORMATS =
      Map.of(
          UUID.class, "uuid",
          URI.class, "uri-reference",
          Instant.class, "date-time",
          OffsetDateTime.class, "date-time",
          LocalDate.class, "date");

  private final SchemaGenerator generator;

  GeneratedSchemas() {
    SchemaGeneratorConfigBuilder config =
        new SchemaGeneratorConfigBuilder(SchemaVersion.DRAFT_2020_12, OptionPreset.PLAIN_JSON)
            .with(
                Option.MAP_VALUES_AS_ADDITIONAL_PROPERTIES,
                Option.FLATTENED_OPTIONALS,
                Option.FLATTENED_ENUMS)
            .with(
                new JacksonSchemaModule(
                    JacksonOption.RESPECT_JSONPROPERTY_ORDER,
                    JacksonOption.SKIP_SUBTYPE_LOOKUP,
                    JacksonOption.IGNORE_TYPE_INFO_TRANSFORM,
                    JacksonOption.FLATTENED_ENUMS_FROM_JSONPROPERTY))
            .with(new JakartaValidationModule(JakartaValidationOption.INCLUDE_PATTERN_EXPRESSIONS));
    config.forTypesInGeneral().withCustomDefinitionProvider(scalars());
    config.forFields().withRequiredCheck(field -> !mayBeAbsent(field));
    config.forFields().withNullableCheck(GeneratedSchemas::mayBeAbsent);
    generator = new SchemaGenerator(config.build());
  }

  String of(Class<?> record) {
    return generator.generateSchema(record).toPrettyString();
  }

  /** Whether a field may be absent or null, which the codec does not distinguish. */
  private static boolean mayBeAbsent(FieldScope field) {
    return field.getRawMember().getType() == Optional.class
        || Stream.concat(
                Stream.of(field.getRawMember().getAnnotations()),
                Stream.of(field.getRawMember().getAnnotatedType().getAnnotations()))
            .map(Annotation::annotationType)
            .anyMatch(annotation -> annotation.getSimpleName().equals("Nullable"));
  }

  private static CustomDefinitionProviderV2 scalars() {
    return (type, context) -> {
      ObjectNode schema = context.getGeneratorConfig().createObjectNode();
      return scalar(type, schema) ? inline(schema) : null;
    };
  }

  private static CustomDefinition inline(ObjectNode schema) {
    return new CustomDefinition(
        schema, CustomDefinition.INLINE_DEFINITION, CustomDefinition.INCLUDING_ATTRIBUTES);
  }

  private static boolean scalar(ResolvedType type, ObjectNode schema) {
    Class<?> raw = type.getErasedType();
    if (FORMATS.containsKey(raw)) {
      schema.put("type", "string").put("format", FORMATS.get(raw));
    } else if (raw == byte.class || raw == Byte.class) {
      schema.put("type", "integer");
    } else if (raw == byte[].class) {
      schema.put("type", "string").put("contentEncoding", "base64");
    } else if (raw == char.class || raw == Character.class) {
      schema.put("type", "string").put("maxLength", 1);
    } else {
      // These may be anything: a year is a number and other times are strings, Jackson adds a key
      // to sealed interfaces, and a JSON tree has no schema.
      return Temporal.class.isAssignableFrom(raw)
          || TemporalAmount.class.isAssignableFrom(raw)
          || JsonNode.class.isAssignableFrom(raw)
          || (raw.isSealed() && raw.isAnnotationPresent(JsonTypeInfo.class));
    }
    return true;
  }
}
