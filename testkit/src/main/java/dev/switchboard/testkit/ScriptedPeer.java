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
 * A server that does what a script says, and fails if its client does anything else; on a real
 * socket, or in memory, where hours pass in no time. The same script runs in both. The script is a
 * transcript ({@code spec/transcripts/README.md}) seen from the server:
 *
 * <pre>{@code
 * ann open                                     takes the next connection
 * ann< {"type":"welcome","session":"…", …}     says that; also ping, and close 4009 reason
 * ann> {"type":"join_room","id":"$j", …}       waits for that; also ping, and close 1000
 * +200ms                                       waits
 * ann lost                                     ends the socket without a close frame
 * peer! refuse 503                             answers the next upgrade with a status
 * peer! half-open                              from now on the newest connection is neither read nor answered
 * peer! drop                                   does not say the next thing
 * peer! delay 200ms                            says the next thing so much later, and goes on meanwhile
 * peer! duplicate                              says the next thing twice
 * peer! reorder                                says the next two things in the other order
 * }</pre>
 *
 * <p>{@code "…"} stands for anything, {@code "$name"} for what it was at first; what is no JSON is
 * compared as it stands. Other lines with {@code !} and {@code =}, the client's calls and reports,
 * are passed over. Thread-safe.
 */
public final class ScriptedPeer implements AutoCloseable {
  private final World world;
  private final ScriptPlayer player;
  private @Nullable CompletableFuture<Void> playing; // guarded by this

  private ScriptedPeer(World world) {
    this.world = world;
    this.player = new ScriptPlayer(world, new TranscriptNames());
  }

  /** Listens on a free port, and leaves all that comes waiting until it plays. */
  public static ScriptedPeer listen() {
    return new ScriptedPeer(new SocketWorld());
  }

  /**
   * Is in memory, with its clients and a clock of their own. That stands still, but for two lines:
   * {@code +25s} moves it on and does all that is due on the way, in no time; and an {@code open}
   * (or {@code refuse}) for which a client waits moves it on to the client's next attempt.
   *
   * <p>Only clients of {@link #build} get there. Handlers still have threads of their own, and time
   * does not wait for them: what a handler is to answer is best expected before time goes on.
   */
  public static ScriptedPeer inMemory() {
    return new ScriptedPeer(new MemoryWorld());
  }

  /** Where clients connect. */
  public String uri() {
    return world.uri();
  }

  /** A client of this peer, not connected yet. Works for both kinds of peers. */
  public <C extends WebSocketClient> C build(ClientBuilder<C> options) {
    return world.build(options);
  }

  /**
   * Begins to play, beside the test, and after what it plays already. Names keep their values from
   * one script to the next.
   *
   * @throws IllegalArgumentException if a line is none
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
   * Returns when all that was given to {@link #play} is played.
   *
   * @throws AssertionError if the client did something else, with the line; or if a line waits for
   *     longer than 10 seconds
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
