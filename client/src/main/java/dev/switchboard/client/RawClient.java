package dev.switchboard.client;

import dev.switchboard.client.engine.Waiting;
import dev.switchboard.client.stream.Download;
import dev.switchboard.protocol.UnsentException;
import dev.switchboard.protocol.client.Command;
import dev.switchboard.protocol.client.Report;
import dev.switchboard.protocol.wire.Encodings;
import dev.switchboard.transport.StreamedMessage;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A client of any WebSocket server, for text, JSON and binary messages. Thread-safe; see {@link
 * WebSocketClient} for which thread runs handlers.
 *
 * <p>Messages sent while there is no connection are queued and sent in order. If the connection
 * ends before a message was written completely, it is sent again on the next one; nobody can have
 * received it. A message that was written is not sent again, whether or not it arrived.
 */
public sealed class RawClient extends WebSocketClient permits PlainClient {
  private final Listeners<RawMessage> messages = new Listeners<>();
  private final Listeners<InputStream> streams = new Listeners<>();

  /** The binary message that is arriving in pieces; null if there is none. */
  private @Nullable Download download; // confined to the loop

  /**
   * What the user noted about the current connection; null if nothing. Set and read on any thread.
   */
  private volatile @Nullable Boolean authenticated;

  RawClient(ClientOptions options) {
    super(options, Encodings.JSON);
    Subscription unused =
        events(ClientEvent.Closed.class, closed -> authenticated = null); // before users' handlers
  }

  /**
   * Notes whether the server has accepted the user, for a server that authenticates with messages
   * of its own. {@link #isAuthenticated} returns it until this connection ends. It has no other
   * effect.
   */
  public void setAuthenticated(boolean accepted) {
    authenticated = accepted;
  }

  /**
   * Returns what {@link #setAuthenticated} noted for this connection; if nothing, the same as for
   * every client.
   */
  @Override
  public boolean isAuthenticated() {
    Boolean noted = authenticated;
    return noted == null ? super.isAuthenticated() : noted && isConnected();
  }

  /**
   * Sends a text message and blocks until it is written to the socket, waiting for a connection if
   * there is none.
   *
   * @throws UnsentException if the queue is full, the client is closed, or there was no connection
   *     within the request timeout; it carries the message
   * @throws dev.switchboard.protocol.RefusedException if it could not be written within the request
   *     timeout ({@link dev.switchboard.protocol.ErrorCode#TIMEOUT}: it may arrive later)
   */
  public void send(String text) {
    blocking(text(text), text);
  }

  /**
   * Sends a binary message like {@link #send(String)}. The array must not be changed before it is
   * written.
   */
  public void send(byte[] bytes) {
    blocking(new Command.Frame(false, bytes), bytes);
  }

  /** Sends the bytes between position and limit as a binary message, like {@link #send(String)}. */
  public void send(ByteBuffer bytes) {
    blocking(binary(bytes), bytes);
  }

  /** Sends JSON as a text message, like {@link #send(String)}. */
  public void send(JsonNode json) {
    blocking(text(json.toString()), json);
  }

  /** Sends a file as one binary message, in fragments, like {@link #send(InputStream)}. */
  public Transfer send(Path file) {
    return transfer(StreamedMessage.of(file, ClientOptions.FRAGMENT_BYTES), file);
  }

  /**
   * Starts sending a stream as one binary message, in fragments at the pace of the socket. Pings
   * and a close go in between, other messages after it. A virtual thread reads the stream to its
   * end and closes it. The message waits for a connection as long as the client lives. If the
   * connection is lost while it is being sent, it fails, because a stream can't be read twice.
   *
   * @return reports the progress; {@link Transfer#done} completes when the message is written
   */
  public Transfer send(InputStream bytes) {
    return transfer(StreamedMessage.of(bytes, false, ClientOptions.FRAGMENT_BYTES), bytes);
  }

  private Transfer transfer(StreamedMessage message, Object source) {
    Command.Streamed command = new Command.Streamed(message, message::failure);
    return new Transfer(dispatcher, message, engine.commands().ask(command, source, -1));
  }

  /**
   * Sends a text message without blocking and without a time limit: it waits for a connection as
   * long as the client lives. The stage fails with what {@link #send(String)} throws.
   */
  public CompletionStage<Void> sendAsync(String text) {
    return later(text(text), text);
  }

  /** Sends a binary message like {@link #sendAsync(String)}. */
  public CompletionStage<Void> sendAsync(byte[] bytes) {
    return later(new Command.Frame(false, bytes), bytes);
  }

  /**
   * Sends the bytes between position and limit as a binary message, like {@link
   * #sendAsync(String)}.
   */
  public CompletionStage<Void> sendAsync(ByteBuffer bytes) {
    return later(binary(bytes), bytes);
  }

  /** Sends JSON as a text message, like {@link #sendAsync(String)}. */
  public CompletionStage<Void> sendAsync(JsonNode json) {
    return later(text(json.toString()), json);
  }

  /** Calls a handler for every message. */
  public Subscription onRaw(Consumer<? super RawMessage> handler) {
    return messages.add(message -> true, handler, false);
  }

  /** Calls a handler for the next message only. */
  public Subscription onceRaw(Consumer<? super RawMessage> handler) {
    return messages.add(message -> true, handler, true);
  }

  /** Calls a handler for every text message. */
  public Subscription onText(Consumer<String> handler) {
    return onRaw(message -> {
      if (message instanceof RawMessage.Text text) {
        handler.accept(text.text());
      }
    });
  }

  /** Calls a handler for every text message that is JSON. */
  public Subscription onJson(Consumer<JsonNode> handler) {
    return onRaw(message -> {
      if (message instanceof RawMessage.Text text) {
        text.json().ifPresent(handler);
      }
    });
  }

  /** Calls a handler for every binary message. The array is shared and must not be changed. */
  public Subscription onBinary(Consumer<byte[]> handler) {
    return onRaw(message -> {
      if (message instanceof RawMessage.Binary binary) {
        handler.accept(binary.bytes());
      }
    });
  }

  /**
   * Calls a handler for every binary message while it arrives, whatever its size. The handler reads
   * the stream, which is closed after it returns. Must be called before connecting; binary messages
   * then go nowhere else. Reading fails if the connection ends before the message does. At most a
   * few MiB are buffered; then the client stops reading from the socket.
   */
  public Subscription onStream(Consumer<InputStream> handler) {
    engine.driver().pieces();
    return streams.add(stream -> true, handler, false);
  }

  /** Returns the messages from now on, to be pulled one by one; see {@link Messages}. */
  public Messages<RawMessage> rawMessages() {
    return pulled.messages(this::onRaw);
  }

  /** Returns the messages as a publisher for reactive code, like {@link Client#publisher}. */
  public Flow.Publisher<RawMessage> rawPublisher() {
    return pulled.publisher(this::onRaw);
  }

  @Override
  void received(Report.Received message) {
    switch (message) {
      case Report.Text text -> dispatcher.submit(() -> handle(text.utf8()), text.utf8().length);
      case Report.Binary binary ->
          dispatcher.submit(
              () -> tell(new RawMessage.Binary(binary.payload())), binary.payload().length);
      case Report.Piece piece -> piece(piece);
      case Report.Message entry -> {}
      case Report.Question question -> {}
    }
  }

  private void piece(Report.Piece piece) {
    Download present = download;
    if (present == null) {
      Download begun = new Download(dispatcher);
      dispatcher.submit(() -> hand(begun), 0);
      present = begun;
    }
    present.add(piece.payload(), piece.last());
    download = piece.last() ? null : present;
  }

  private void hand(Download stream) {
    try (stream) {
      streams.tell(stream, thrown -> events.failed("a stream", thrown));
    }
  }

  @Override
  void lost() {
    Download present = download;
    download = null;
    if (present != null) {
      present.lost();
    }
  }

  /** Handles a text message, on the handlers' thread. */
  void handle(byte[] utf8) {
    if (!messages.isEmpty()) {
      tell(new RawMessage.Text(new String(utf8, StandardCharsets.UTF_8)));
    }
  }

  private void tell(RawMessage message) {
    messages.tell(message, thrown -> events.failed(message.getClass().getSimpleName(), thrown));
  }

  void blocking(Command.Frame frame, Object unsent) {
    Waiting.block(dispatcher, engine.commands().ask(frame, unsent, 0));
  }

  CompletionStage<Void> later(Command.Frame frame, Object unsent) {
    return Waiting.stage(
        engine.commands().ask(frame, unsent, -1).answer(), written -> Waiting.nothing());
  }

  private static Command.Frame text(String text) {
    return new Command.Frame(true, text.getBytes(StandardCharsets.UTF_8));
  }

  private static Command.Frame binary(ByteBuffer bytes) {
    byte[] copy = new byte[bytes.remaining()];
    bytes.duplicate().get(copy);
    return new Command.Frame(false, copy);
  }
}
