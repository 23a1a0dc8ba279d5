package dev.switchboard.testkit;

import dev.switchboard.client.ClientBuilder;
import dev.switchboard.client.WebSocketClient;
import dev.switchboard.protocol.wire.Transcript;
import dev.switchboard.protocol.wire.TranscriptNames;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A server that follows a script, and fails if its client does anything else. It runs on a real
 * socket, or in memory, where hours pass instantly; the same script runs in both. The script is a
 * transcript ({@code spec/transcripts/README.md}) from the server's point of view:
 *
 * <pre>{@code
 * ann open                                     accepts the next connection
 * ann< {"type":"welcome","session":"…", …}     sends this; also ping, and close 4009 reason
 * ann> {"type":"join_room","id":"$j", …}       waits for this; also ping, and close 1000
 * +200ms                                       waits
 * ann lost                                     ends the socket without a close frame
 * peer! refuse 503                             answers the next upgrade with a status
 * peer! half-open                              from now on, neither reads from the newest connection nor answers
 * peer! drop                                   does not send the next message
 * peer! delay 200ms                            sends the next message this much later, and continues meanwhile
 * peer! duplicate                              sends the next message twice
 * peer! reorder                                sends the next two messages in reverse order
 * }</pre>
 *
 * <p>{@code "…"} matches anything, and {@code "$name"} the value that it had at first. Anything but
 * JSON is compared literally. A message of a user or of the server's code needs a {@code
 * timestamp}; without one, a client takes it for a control message of a later version. Other lines
 * with {@code !} and {@code =}, which are the client's calls and reports, are skipped. Thread-safe.
 */
public final class ScriptedPeer implements AutoCloseable {
  private final World world;
  private final ScriptPlayer player;
  private @Nullable CompletableFuture<Void> playing; // guarded by this

  private ScriptedPeer(World world) {
    this.world = world;
    this.player = new ScriptPlayer(world, new TranscriptNames());
  }

  /** Listens on a free port. Whatever arrives waits until a script plays. */
  public static ScriptedPeer listen() {
    return new ScriptedPeer(new SocketWorld());
  }

  /**
   * Creates a peer in memory, which shares a clock with its clients. The clock stands still except
   * for two kinds of lines: {@code +25s} advances it and runs everything that is due on the way,
   * without waiting; and an {@code open} (or {@code refuse}) for which a client is waiting advances
   * it to the client's next attempt.
   *
   * <p>Only clients from {@link #build} can connect to it. Handlers still run on threads of their
   * own, and the clock does not wait for them, so expect a handler's answer before you let time
   * pass.
   */
  public static ScriptedPeer inMemory() {
    return new ScriptedPeer(new MemoryWorld());
  }

  /** Returns the address that clients connect to. */
  public String uri() {
    return world.uri();
  }

  /** Builds a client of this peer that is not connected yet. Works for both kinds of peers. */
  public <C extends WebSocketClient> C build(ClientBuilder<C> options) {
    return world.build(options);
  }

  /**
   * Plays a script in the background, after those that are already playing. Names keep their values
   * from one script to the next.
   *
   * @throws IllegalArgumentException if a line is invalid
   */
  public synchronized ScriptedPeer play(String script) {
    Transcript transcript = Transcript.parse(script);
    CompletableFuture<Void> before =
        playing == null ? CompletableFuture.completedFuture(null) : playing;
    playing =
        before.thenRunAsync(
            () -> player.play(transcript),
            task -> Thread.ofVirtual().name("switchboard-script").start(task));
    return this;
  }

  /**
   * Waits until all scripts passed to {@link #play} have been played.
   *
   * @throws AssertionError if the client did something else, with the line; or if a line waits for
   *     more than 10 seconds
   */
  public void await() {
    CompletableFuture<Void> last;
    synchronized (this) {
      last = playing;
    }
    try {
      if (last != null) {
        last.get(60, TimeUnit.SECONDS);
      }
    } catch (ExecutionException failed) {
      throw new AssertionError(String.valueOf(failed.getCause()), failed.getCause());
    } catch (TimeoutException late) {
      throw new AssertionError("the script has not ended within 60 s", late);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", interrupted);
    }
  }

  /** Ends all connections and stops listening. Does not wait for the script. */
  @Override
  public void close() {
    world.close();
  }
}
