package dev.switchboard.types;

import dev.switchboard.protocol.Constraints;
import dev.switchboard.protocol.Validator;
import org.jspecify.annotations.Nullable;

/** These tests read records and encode no message, so nothing has to check constraints. */
public final class NothingIsEncoded implements Constraints {
  @Override
  public @Nullable Validator<Object> of(Class<?> record) {
    return null;
  }
}
