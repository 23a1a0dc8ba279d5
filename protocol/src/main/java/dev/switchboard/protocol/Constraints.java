package dev.switchboard.protocol;

import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * What obeys the constraints of {@code jakarta.validation} on records. It is found with {@link
 * ServiceLoader}, so that this module needs none of it; annotations that nobody would obey are
 * refused.
 */
public interface Constraints {
  /**
   * The validator of a record's constraints, those of what it holds included; null if it has none.
   *
   * @throws DefinitionException if a constraint can't be checked on what it stands on
   */
  @Nullable Validator<Object> of(Class<?> record);
}
