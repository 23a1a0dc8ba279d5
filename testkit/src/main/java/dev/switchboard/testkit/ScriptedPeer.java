package dev.switchboard.testkit;

import dev.switchboard.protocol.internal.Transcript;
import dev.switchboard.protocol.internal.TranscriptNames;
import dev.switchboard.transport.HttpExchange;
import dev.switchboard.transport.IoKind;
import dev.switchboard.transport.Loops;
import dev.switchboard.transport.ServerTransport;
import dev.switchboard.transport.ServerTransportOptions;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A server on a real socket that does what a script says, and fails if its client does anything
 * else. The script is a transcript ({@code spec/transcripts/README.md}) seen from the server:
 *
 * <pre>{@code
 * ann open                                     takes the next connection
 * ann< {"type":"welcome","session":"…", …}     says that; also ping, and close 4009 reason
 * ann> {"type":"join_room","id":"$j", …}       waits for that; also ping, and close 1000
 * +200ms                                       waits
 * ann lost                                     ends the socket without a close frame
 * peer! refuse 503                             answers the next upgrade with a status
 * peer! half-open                              from now on the newest connection is neither read nor answered
 * peer! duplicate                              says the next thing twice
 * peer! reorder                                says the next two things in the other order
 * }</pre>
 *
 * <p>{@code "…"} stands for anything, {@code "$name"} for what it was at first; what is no JSON is
 * compared as it stands. Other lines with {@code !} and {@code =}, the client's calls and reports,
 * are passed over. Thread-safe.
 */
public final class ScriptedPeer implements AutoCloseable {
  private final Loops loops = Loops.of(IoKind.NIO, 1);
  private final BlockingQueue<HttpExchange> upgrades = new LinkedBlockingQueue<>();
  private final ScriptPlayer player = new ScriptPlayer(upgrades, new TranscriptNames());
  private final ServerTransport transport;
  private @Nullable CompletableFuture<Void> playing; // guarded by this

  private ScriptedPeer() {
    transport =
        ServerTransport.bind(
            ServerTransportOptions.builder().host("127.0.0.1").port(0).build(),
            loops,
            upgrades::add);
  }

  /** Listens on a free port, and leaves all that comes waiting until it plays. */
  public static ScriptedPeer listen() {
    return new ScriptedPeer();
  }

  /** Where clients connect. */
  public String uri() {
    return "ws://127.0.0.1:" + transport.localAddress().getPort() + "/ws";
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
    transport.close();
    loops.close();
  }
}
