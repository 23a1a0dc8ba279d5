package dev.switchboard.validation;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpecSchemaTest {
  private static final Path SPEC = Path.of("../spec");

  @Test
  void theDataOfTheProtocolFollowTheirSchema() throws IOException {
    String data = Files.readString(SPEC.resolve("protocol.json"));
    assertThat(faults(data)).isEmpty();
    assertThat(faults(data.replaceFirst("\"retryable\": true", "\"retryable\": 1"))).hasSize(1);
  }

  private static List<Error> faults(String data) throws IOException {
    return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
        .getSchema(Files.readString(SPEC.resolve("protocol.schema.json")), InputFormat.JSON)
        .validate(data, InputFormat.JSON);
  }
}
