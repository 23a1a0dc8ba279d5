package dev.switchboard.protocol;

import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * Provides validators for the {@code jakarta.validation} constraints on records. The implementation
 * is found with {@link ServiceLoader}, so this module does not depend on Jakarta Validation. If
 * there is none, a protocol with constraints is rejected, because nothing would check them.
 */
public interface Constraints {
  /**
   * Returns a validator for the constraints of a record and of the values nested in it; null if it
   * has no constraints.
   *
   * @throws DefinitionException if a constraint does not apply to the type it annotates
   */
  @Nullable Validator<Object> of(Class<?> record);
}
