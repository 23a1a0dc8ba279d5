package dev.switchboard.types;

/** What a value is in JSON. Immutable. */
sealed interface Form {
  /** A value without parts. */
  enum Scalar implements Form {
    BOOLEAN,
    BYTE,
    SHORT,
    INT,
    LONG,
    BIG_INTEGER,
    NUMBER,
    TEXT,
    CHARACTER,
    UUID,
    URI,
    BASE64,
    YEAR,
    /** Any JSON. */
    ANY
  }

  /**
   * A {@code java.time} type that is written as an ISO 8601 text.
   *
   * @param name the simple name of its class
   */
  record Time(String name) implements Form {}

  /** A text that never varies: what tells the records of a sealed interface apart. */
  record Literal(String value) implements Form {}

  /** An array. */
  record ListOf(Use of) implements Form {}

  /** An object with any keys. */
  record MapOf(Use of) implements Form {}

  /** A record, an enum or a sealed interface, declared under this name. */
  record Named(String name) implements Form {}

  /** A form at one place, and the rules for it there. */
  record Use(Form form, boolean nullable, Rules rules) {}
}
