package dev.switchboard.cluster.redis;

import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.spi.Restriction;
import dev.switchboard.spi.RestrictionStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Restrictions in a hash. A field is the key, on four lines, of which the last is the subject,
 * which may have more; its value is since and until in milliseconds, and the reason. Thread-safe;
 * calls block.
 */
final class RedisRestrictions implements RestrictionStore {
  private static final RedisScript FORGET = new RedisScript("forget-restriction");

  private final RedisStore store;

  RedisRestrictions(RedisStore store) {
    this.store = store;
  }

  @Override
  public List<Restriction> load() {
    return with(() -> {
      Map<byte[], byte[]> fields = store.read(commands -> commands.hgetall(Keys.RESTRICTIONS));
      List<Restriction> inForce = new ArrayList<>();
      Instant now = Instant.now();
      fields.forEach((key, value) -> {
        Restriction one = read(RedisScript.text(key), RedisScript.text(value));
        if (one.inForce(now)) {
          inForce.add(one);
        } else {
          var unused = store.read(FORGET, new byte[][] {Keys.RESTRICTIONS}, key, value);
        }
      });
      return inForce;
    });
  }

  @Override
  public void put(Restriction one) {
    String value =
        one.since().toEpochMilli() + " " + one.until().toEpochMilli() + " " + one.reason();
    with(() ->
        store.write(commands ->
            commands.hset(
                Keys.RESTRICTIONS, RedisScript.bytes(field(one.key())), RedisScript.bytes(value))));
  }

  @Override
  public void remove(Restriction.Key key) {
    with(() ->
        store.write(commands -> commands.hdel(Keys.RESTRICTIONS, RedisScript.bytes(field(key)))));
  }

  private static String field(Restriction.Key key) {
    @Nullable String room = key.room();
    return String.join(
        "\n", key.kind().name(), key.space(), room == null ? "" : room, key.subject());
  }

  private static Restriction read(String field, String value) {
    String[] key = field.split("\n", 4);
    String[] values = value.split(" ", 3);
    return new Restriction(
        new Restriction.Key(
            Restriction.Kind.valueOf(key[0]), key[1], key[3], key[2].isEmpty() ? null : key[2]),
        Instant.ofEpochMilli(Long.parseLong(values[0])),
        Instant.ofEpochMilli(Long.parseLong(values[1])),
        values[2]);
  }

  private static <T> T with(Supplier<T> calls) {
    try {
      return calls.get();
    } catch (RedisFailure failure) {
      RefusedException refused =
          new RefusedException(
              ErrorCode.UNAVAILABLE, "Redis: restrictions: " + failure.getMessage());
      refused.initCause(failure);
      throw refused;
    }
  }

  /** Does nothing: the connections are the store's. */
  @Override
  public void close() {}
}
