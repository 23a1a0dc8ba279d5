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
 * A client of any WebSocket server: text, JSON and bytes. Thread-safe; which thread runs handlers
 * says {@link WebSocketClient}.
 *
 * <p>What is sent while there is no connection waits for one, and goes out in order. A message that
 * was not wholly written when its connection ended goes out again on the next one; nobody can have
 * got it. One that was written is not sent again, whether it arrived or not.
 */
public sealed class RawClient extends WebSocketClient permits PlainClient {
  private final Listeners<RawMessage> messages = new Listeners<>();
  private final Listeners<InputStream> streams = new Listeners<>();
  private @Nullable Download download; // confined to the loop

  /** What the user found out about the present connection; null if nothing. Any thread. */
  private volatile @Nullable Boolean authenticated;

  RawClient(ClientOptions options) {
    super(options, Encodings.JSON);
    Subscription unused =
        events(ClientEvent.Closed.class, closed -> authenticated = null); // before users' handlers
  }

  /**
   * Notes whether the server has accepted who the user is, for a server that is told so in messages
   * of its own: {@link #isAuthenticated} says so until this connection ends. Changes nothing else.
   */
  public void setAuthenticated(boolean accepted) {
    authenticated = accepted;
  }

  /** As {@link #setAuthenticated} was called on this connection; otherwise as for every client. */
  @Override
  public boolean isAuthenticated() {
    Boolean noted = authenticated;
    return noted == null ? super.isAuthenticated() : noted && isConnected();
  }

  /**
   * Sends a text message and returns when it is written to the socket, waiting for a connection if
   * there is none.
   *
   * @throws UnsentException if the queue is full, the client is closed, or there was no connection
   *     within the request timeout; it holds the message
   * @throws dev.switchboard.protocol.RefusedException if it could not be written within the request
   *     timeout ({@link dev.switchboard.protocol.ErrorCode#TIMEOUT}: it may arrive later)
   */
  public void send(String text) {
    blocking(text(text), text);
  }

  /**
   * Sends a binary message, which must not be changed before it is written; as {@link
   * #send(String)}.
   */
  public void send(byte[] bytes) {
    blocking(new Command.Frame(false, bytes), bytes);
  }

  /** Sends what is between position and limit as a binary message; as {@link #send(String)}. */
  public void send(ByteBuffer bytes) {
    blocking(binary(bytes), bytes);
  }

  /** Sends JSON as a text message; as {@link #send(String)}. */
  public void send(JsonNode json) {
    blocking(text(json.toString()), json);
  }

  /** Sends a file as one binary message, in fragments; as {@link #send(InputStream)}. */
  public Transfer send(Path file) {
    return transfer(StreamedMessage.of(file, ClientOptions.FRAGMENT_BYTES), file);
  }

  /**
   * Begins to send a stream as one binary message, in fragments at the pace of the socket; pings
   * and a close go in between, other messages after it. The stream is read to its end, on a virtual
   * thread, and closed. It waits for a connection for as long as the client lives; if the
   * connection is lost meanwhile, it fails, as a stream can't be read twice.
   *
   * @return tells how far it is; the message is through when {@link Transfer#done} says so
   */
  public Transfer send(InputStream bytes) {
    return transfer(StreamedMessage.of(bytes, false, ClientOptions.FRAGMENT_BYTES), bytes);
  }

  private Transfer transfer(StreamedMessage message, Object source) {
    return new Transfer(
        dispatcher, message, engine.commands().ask(new Command.Streamed(message), source, -1));
  }

  /**
   * Sends a text message without blocking, and without a limit of time: it waits for as long as the
   * client lives. The stage fails as {@link #send(String)} throws.
   */
  public CompletionStage<Void> sendAsync(String text) {
    return later(text(text), text);
  }

  /** Sends a binary message; as {@link #sendAsync(String)}. */
  public CompletionStage<Void> sendAsync(byte[] bytes) {
    return later(new Command.Frame(false, bytes), bytes);
  }

  /**
   * Sends what is between position and limit as a binary message; as {@link #sendAsync(String)}.
   */
  public CompletionStage<Void> sendAsync(ByteBuffer bytes) {
    return later(binary(bytes), bytes);
  }

  /** Sends JSON as a text message; as {@link #sendAsync(String)}. */
  public CompletionStage<Void> sendAsync(JsonNode json) {
    return later(text(json.toString()), json);
  }

  /** Calls a handler for every message. */
  public Subscription onRaw(Consumer<? super RawMessage> handler) {
    return messages.add(message -> true, handler, false);
  }

  /** Calls a handler for the next message, and then no more. */
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

  /** Calls a handler for every binary message. Its bytes are shared: not to be changed. */
  public Subscription onBinary(Consumer<byte[]> handler) {
    return onRaw(message -> {
      if (message instanceof RawMessage.Binary binary) {
        handler.accept(binary.bytes());
      }
    });
  }

  /**
   * Calls a handler for every binary message while it arrives, however large: it reads the stream,
   * which is closed after it. To be put on before connecting; binary messages then come nowhere
   * else. A read fails if the connection ends first. Of what was not read yet, a few MiB are held.
   */
  public Subscription onStream(Consumer<InputStream> handler) {
    engine.driver().pieces();
    return streams.add(stream -> true, handler, false);
  }

  /** The messages from now on, to be pulled one by one; see {@link Messages}. */
  public Messages<RawMessage> rawMessages() {
    return pulled.messages(this::onRaw);
  }

  /** The messages, for reactive code, as {@link Client#publisher}. */
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

  /** On the handlers' thread: a text message came. */
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
