package dev.switchboard.protocol.format;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Optional;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.cfg.MapperBuilder;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.type.LogicalType;

/**
 * Reads and writes JSON strictly: a number is not a string, {@code 1.5} is not an {@code int}, and
 * null is not 0.
 */
public final class Json {
  public static final int MAX_DIGITS = 1_000;
  public static final int MAX_KEY = 50_000;

  static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(EncodingLimits.MAX_DEPTH)
                  .maxNumberLength(MAX_DIGITS)
                  .maxNameLength(MAX_KEY)
                  .build())
          // JSON on the wire is UTF-8 (RFC 8259 §8.1). Guessing UTF-16 from zero bytes would accept
          // what other readers refuse, and byte offsets would be lost.
          .disable(TokenStreamFactory.Feature.CHARSET_DETECTION)
          .build();

  /** The mapper. Thread-safe. */
  public static final JsonMapper MAPPER = strict(JsonMapper.builder(FACTORY), false).build();

  /** A mapper that omits empty {@code Optional}s. Thread-safe. */
  public static final JsonMapper SPARSE =
      MAPPER
          .rebuild()
          .withConfigOverride(
              Optional.class,
              override ->
                  override.setInclude(
                      JsonInclude.Value.construct(
                          JsonInclude.Include.NON_ABSENT, JsonInclude.Include.ALWAYS)))
          .build();

  private Json() {}

  /** Applies the rules that hold for every encoding. */
  static <B extends MapperBuilder<?, B>> B strict(B builder, boolean binary) {
    return builder
        .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
        .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
        .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
        .disable(DateTimeFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE) // keep the offset
        .defaultLeniency(false) // of java.time: a date with a time is not a date
        .addModule(new StrictTypes(binary))
        .withCoercionConfig(
            LogicalType.Textual,
            config -> {
              config.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail);
              config.setCoercion(CoercionInputShape.Float, CoercionAction.Fail);
              config.setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
            });
  }
}
