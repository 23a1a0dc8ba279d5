package dev.switchboard.cluster.redis;

import dev.switchboard.cluster.ChannelListener;
import dev.switchboard.cluster.LeasedPresence;
import dev.switchboard.cluster.OwnPresence;
import dev.switchboard.cluster.PresenceEngine;
import dev.switchboard.cluster.WatchedPlace;
import dev.switchboard.history.sql.Columns;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.PresenceStore.Users;
import io.lettuce.core.ZAddArgs;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Who is where, as the scripts {@code presence-….lua} keep it. When Redis restarts or another one
 * takes over, all leases have run out ({@code settle.lua}), because it may have lost changes; so
 * each server puts its users in again. Thread-safe; calls block.
 */
final class RedisPresence implements PresenceEngine.Visit {
  private static final RedisScript LEASE = new RedisScript("presence-lease");
  private static final RedisScript CHANGE = new RedisScript("presence-change");
  private static final RedisScript LOAD = new RedisScript("presence-load");
  private static final RedisScript LIST = new RedisScript("presence-list");
  private static final int MAX_CLEARED = 500;

  private static final byte[][] LEASES = {Keys.LEASES};
  private static final byte[][] ALL_KEYS = {
    Keys.LEASES, Keys.PRESENCE_VERSION, Keys.HELD, Keys.SEEN
  };
  private static final byte[] ANY = {};

  private final RedisLink link;
  private final byte[] channel;

  RedisPresence(RedisLink link, String channel) {
    this.link = link;
    this.channel = channel.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Opens the store of one server.
   *
   * @param listener one that has not started
   */
  static LeasedPresence open(
      RedisLink link, ChannelListener<byte[]> listener, int database, Duration lease) {
    String channel = Keys.channel(database, "presence");
    RedisPresence visit = new RedisPresence(link, channel);
    LeasedPresence presence = new LeasedPresence(() -> visit, lease);
    listener.listen(
        channel, message -> presence.notified(new String(message, StandardCharsets.UTF_8)));
    listener.watch(presence::missed);
    return presence;
  }

  private List<@Nullable Object> run(RedisScript script, byte[][] keys, byte[]... arguments) {
    return script.run(link::call, keys, arguments);
  }

  private static boolean isTrue(List<@Nullable Object> answer) {
    return RedisScript.number(answer.getFirst()) == 1;
  }

  private static byte[] place(LogKey where) {
    return RedisScript.bytes(
        where.space()
            + '\n'
            + Columns.kind(where.address())
            + '\n'
            + Columns.name(where.address()));
  }

  @Override
  public boolean keep(UUID lease, Duration length) {
    return lease("keep", lease, length);
  }

  @Override
  public void take(UUID lease, Duration length) {
    boolean unused = lease("take", lease, length);
  }

  private boolean lease(String operation, UUID lease, Duration length) {
    return isTrue(
        run(
            LEASE,
            LEASES,
            RedisScript.bytes(operation),
            RedisScript.bytes(lease.toString()),
            RedisScript.bytes(length.toMillis())));
  }

  @Override
  public boolean change(UUID lease, List<OwnPresence.Change> batch) {
    Map<LogKey, Integer> places = new LinkedHashMap<>();
    List<byte[]> changes = new ArrayList<>();
    for (OwnPresence.Change change : batch) {
      int place = places.computeIfAbsent(change.key().where(), where -> places.size() + 1);
      changes.add(RedisScript.bytes(place));
      changes.add(RedisScript.bytes(change.key().user()));
      changes.add(RedisScript.bytes(change.enter() ? "+" : "-"));
    }
    List<byte[]> arguments = new ArrayList<>();
    arguments.add(RedisScript.bytes("change"));
    arguments.add(channel);
    arguments.add(Keys.PLACE_PREFIX);
    arguments.add(RedisScript.bytes(lease.toString()));
    arguments.add(RedisScript.bytes(places.size()));
    places.keySet().forEach(where -> arguments.add(place(where)));
    arguments.addAll(changes);
    return isTrue(run(CHANGE, ALL_KEYS, arguments.toArray(byte[][]::new)));
  }

  @Override
  public boolean clear(@Nullable UUID lease) {
    return isTrue(
        run(
            CHANGE,
            ALL_KEYS,
            RedisScript.bytes("clear"),
            channel,
            Keys.PLACE_PREFIX,
            lease == null ? ANY : RedisScript.bytes(lease.toString()),
            RedisScript.bytes(MAX_CLEARED)));
  }

  @Override
  public Optional<Map<LogKey, WatchedPlace.Snapshot>> load(UUID lease, List<LogKey> places) {
    List<byte[]> arguments = new ArrayList<>();
    arguments.add(Keys.PLACE_PREFIX);
    arguments.add(RedisScript.bytes(lease.toString()));
    places.forEach(where -> arguments.add(place(where)));
    List<@Nullable Object> answer = run(LOAD, ALL_KEYS, arguments.toArray(byte[][]::new));
    if (!isTrue(answer)) {
      return Optional.empty();
    }
    long version = RedisScript.number(answer.get(1));
    Map<LogKey, WatchedPlace.Snapshot> found = new HashMap<>();
    for (int i = 0; i < places.size(); i++) {
      found.put(places.get(i), snapshot(version, list(answer.get(2 + i)), lease.toString()));
    }
    return Optional.of(found);
  }

  private static List<?> list(@Nullable Object answer) {
    if (answer instanceof List<?> list) {
      return list;
    }
    throw new IllegalStateException("answer: " + answer + " (expected: a list)");
  }

  private static WatchedPlace.Snapshot snapshot(
      long version, List<?> usersAndLeases, String lease) {
    WatchedPlace.Snapshot snapshot =
        new WatchedPlace.Snapshot(version, new HashSet<>(), new HashSet<>());
    for (int i = 0; i < usersAndLeases.size(); i += 2) {
      String user = RedisScript.text(usersAndLeases.get(i));
      snapshot.present().add(user);
      if (RedisScript.text(usersAndLeases.get(i + 1)).contains(lease)) {
        snapshot.here().add(user);
      }
    }
    return snapshot;
  }

  @Override
  public Users first(LogKey where, int limit) {
    return users(where, RedisScript.bytes("first"), limit, ANY);
  }

  @Override
  public Users after(LogKey where, String name, int limit) {
    return users(where, RedisScript.bytes("after"), limit, RedisScript.bytes(name));
  }

  private Users users(LogKey where, byte[] order, int limit, byte[] name) {
    byte[][] keys = {Keys.place(place(where))};
    List<@Nullable Object> answer = run(LIST, keys, order, RedisScript.bytes(limit), name);
    List<String> names = list(answer.get(1)).stream().map(RedisScript::text).toList();
    return new Users(names, Math.toIntExact(RedisScript.number(answer.getFirst())));
  }

  @Override
  public boolean has(LogKey where, String user) {
    byte[] leases = Keys.leases(place(where));
    return link.call(commands -> commands.hexists(leases, RedisScript.bytes(user)));
  }

  @Override
  public void seen(Map<PresenceEngine.Seen, Long> times) {
    List<Object> scoresAndMembers = new ArrayList<>();
    times.forEach((user, time) -> {
      scoresAndMembers.add((double) time);
      scoresAndMembers.add(member(user));
    });
    long unused =
        link.call(commands ->
            commands.zadd(Keys.SEEN, ZAddArgs.Builder.gt(), scoresAndMembers.toArray()));
  }

  @Override
  public OptionalLong lastSeen(PresenceEngine.Seen user) {
    Double time = link.call(commands -> commands.zscore(Keys.SEEN, member(user)));
    return time == null ? OptionalLong.empty() : OptionalLong.of(time.longValue());
  }

  @Override
  public void forgetSeen(int kept) {
    long unused = link.call(commands -> commands.zremrangebyrank(Keys.SEEN, 0, -kept - 1L));
  }

  private static byte[] member(PresenceEngine.Seen user) {
    return RedisScript.bytes(user.space() + '\n' + user.user());
  }

  /** Does nothing: the connection is the store's. */
  @Override
  public void close() {}
}
