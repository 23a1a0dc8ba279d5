package dev.switchboard.cluster.redis;

import dev.switchboard.cluster.ChannelListener;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.RedisPubSubListener;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A subscription of Redis's channels. A thread of the driver calls the handlers. */
final class RedisChannels extends RedisPubSubAdapter<byte[], byte[]>
    implements RedisConnectionStateListener, ChannelListener.Connection {
  private static final Logger LOG = LoggerFactory.getLogger(RedisChannels.class);

  /** So often the connection is checked, because a cut network makes no noise. */
  private static final int CHECK_SECONDS = 5;

  private static final int ANSWER_SECONDS = 5;

  private final StatefulRedisPubSubConnection<byte[], byte[]> connection;
  private final BiConsumer<String, byte[]> received;
  private final CountDownLatch ended = new CountDownLatch(1);

  private RedisChannels(
      StatefulRedisPubSubConnection<byte[], byte[]> connection,
      BiConsumer<String, byte[]> received) {
    this.connection = connection;
    this.received = received;
  }

  /** Creates a listener that is not connected yet. */
  static ChannelListener<byte[]> listener(RedisServer server) {
    return new ChannelListener<>("Redis", (channels, received) -> open(server, channels, received));
  }

  private static RedisChannels open(
      RedisServer server, Set<String> names, BiConsumer<String, byte[]> received) {
    RedisChannels opened = new RedisChannels(server.connectPubSub("switchboard-listen"), received);
    boolean subscribed = false;
    try {
      opened.connection.addListener((RedisConnectionStateListener) opened);
      opened.connection.addListener((RedisPubSubListener<byte[], byte[]>) opened);
      opened
          .connection
          .sync()
          .subscribe(
              names.stream()
                  .map(name -> name.getBytes(StandardCharsets.UTF_8))
                  .toArray(byte[][]::new));
      subscribed = true;
      return opened;
    } finally {
      if (!subscribed) {
        opened.end();
      }
    }
  }

  @Override
  public void message(byte[] channel, byte[] message) {
    received.accept(new String(channel, StandardCharsets.UTF_8), message);
  }

  @Override
  public void onRedisConnected(RedisChannelHandler<?, ?> handler, SocketAddress address) {}

  @Override
  public void onRedisDisconnected(RedisChannelHandler<?, ?> handler) {
    ended.countDown();
  }

  @Override
  public void onRedisExceptionCaught(RedisChannelHandler<?, ?> handler, Throwable cause) {
    LOG.debug("Redis: the listening connection", cause);
  }

  @Override
  public void receive() throws Exception {
    if (ended.await(CHECK_SECONDS, TimeUnit.SECONDS)) {
      throw new IOException("the connection has ended");
    }
    var unused = connection.async().ping().get(ANSWER_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public void end() {
    var unused = connection.closeAsync();
  }
}
