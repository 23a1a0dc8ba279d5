package dev.switchboard.types;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZonedDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The forms of the classes that have no parts in JSON. */
final class Scalars {
  private static final Map<Class<?>, Form> FORMS = new HashMap<>();

  static {
    put(Form.Scalar.BOOLEAN, boolean.class, Boolean.class);
    put(Form.Scalar.BYTE, byte.class, Byte.class);
    put(Form.Scalar.SHORT, short.class, Short.class);
    put(Form.Scalar.INT, int.class, Integer.class);
    put(Form.Scalar.LONG, long.class, Long.class);
    put(Form.Scalar.BIG_INTEGER, BigInteger.class);
    put(Form.Scalar.NUMBER, float.class, Float.class, double.class, Double.class, BigDecimal.class);
    put(Form.Scalar.TEXT, String.class, char[].class);
    put(Form.Scalar.CHARACTER, char.class, Character.class);
    put(Form.Scalar.UUID, UUID.class);
    put(Form.Scalar.URI, URI.class);
    put(Form.Scalar.BASE64, byte[].class);
    put(Form.Scalar.YEAR, Year.class);
    for (Class<?> time :
        List.of(
            Instant.class,
            OffsetDateTime.class,
            ZonedDateTime.class,
            LocalDateTime.class,
            LocalDate.class,
            LocalTime.class,
            OffsetTime.class,
            YearMonth.class,
            MonthDay.class,
            Duration.class,
            Period.class)) {
      FORMS.put(time, new Form.Time(time.getSimpleName()));
    }
  }

  private Scalars() {}

  private static void put(Form form, Class<?>... classes) {
    for (Class<?> one : classes) {
      FORMS.put(one, form);
    }
  }

  /** Returns the form of a class; null if it has parts, or is not known. */
  static @Nullable Form of(Class<?> type) {
    return JsonNode.class.isAssignableFrom(type) ? Form.Scalar.ANY : FORMS.get(type);
  }
}
