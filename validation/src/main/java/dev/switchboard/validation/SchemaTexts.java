package dev.switchboard.validation;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.path.NodePath;
import dev.switchboard.protocol.DefinitionException;
import dev.switchboard.protocol.InvalidMessageException;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Reads schemas, and converts their errors into Switchboard's exceptions. Stateless. */
final class SchemaTexts {
  private static final int LONGEST = 80;
  private static final SchemaRegistryConfig CONFIG =
      SchemaRegistryConfig.builder().formatAssertionsEnabled(true).build();

  private SchemaTexts() {}

  /** Parses and validates a schema. */
  static Schema read(String type, String text) {
    try {
      Schema meta =
          registry()
              .getSchema(SchemaLocation.of(SpecificationVersion.DRAFT_2020_12.getDialectId()));
      List<Error> errors = meta.validate(text, InputFormat.JSON);
      if (!errors.isEmpty()) {
        throw new DefinitionException(
            "schema of " + type + ": " + errors.get(0) + " (expected: JSON Schema 2020-12)");
      }
      Schema schema = registry().getSchema(text, InputFormat.JSON);
      schema.initializeValidators();
      return schema;
    } catch (SchemaException | JacksonException | IllegalArgumentException bad) {
      throw new DefinitionException(
          "schema of "
              + type
              + ": "
              + bad.getMessage()
              + " (expected: JSON Schema 2020-12 without references to other schemas)");
    }
  }

  /** Creates a registry for each schema, so that no schema sees what another defines. */
  private static SchemaRegistry registry() {
    return SchemaRegistry.withDefaultDialect(
        SpecificationVersion.DRAFT_2020_12, builder -> builder.schemaRegistryConfig(CONFIG));
  }

  static InvalidMessageException invalid(Error error) {
    String path = path(error.getInstanceLocation());
    String keyword = error.getKeyword();
    if (keyword.equals("required")) {
      String missing = path + "." + error.getProperty();
      return new InvalidMessageException(
          missing, keyword, missing + ": missing (expected: a value)");
    }
    if (error.getProperty() != null) {
      path = path + "." + error.getProperty();
    }
    return InvalidMessageException.of(
        path, keyword, error.getInstanceNode(), keyword + rule(error.getSchemaNode()));
  }

  private static String rule(JsonNode wanted) {
    if (wanted == null) {
      return "";
    }
    String text = wanted.isString() ? wanted.stringValue() : wanted.toString();
    return " " + (text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…");
  }

  private static String path(NodePath location) {
    StringBuilder path = new StringBuilder("data");
    for (int i = 0; i < location.getNameCount(); i++) {
      if (location.getElement(i) instanceof Integer index) {
        path.append('[').append(index).append(']');
      } else {
        path.append('.').append(location.getElement(i));
      }
    }
    return path.toString();
  }
}
