package dev.switchboard.chat;

import dev.switchboard.client.Client;
import dev.switchboard.client.ClientEvent;
import dev.switchboard.client.History;
import dev.switchboard.client.Join;
import dev.switchboard.client.MessageEvent;
import dev.switchboard.client.Receipt;
import dev.switchboard.client.Room;
import dev.switchboard.client.Subscription;
import dev.switchboard.client.TokenSupplier;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A person in the chat, as a program. It comes back by itself after a lost connection, joins its
 * rooms again, and sends again what was not acknowledged. Thread-safe; calls that wait must not be
 * made on an event loop.
 */
public final class ChatClient implements AutoCloseable {
  private final @Nullable String user; // null if the token says
  private final Client<Chat> client;
  private final Map<String, Room<Chat>> rooms = new ConcurrentHashMap<>();

  private ChatClient(@Nullable String user, Client<Chat> client) {
    this.user = user;
    this.client = client;
  }

  /**
   * A person who is not there yet: subscribe, then {@link #connect()}.
   *
   * @param url the chat's endpoint, {@code ws://localhost:8080/ws}
   * @param user the name to be known by
   */
  public static ChatClient of(String url, String user) {
    String name = URLEncoder.encode(user, StandardCharsets.UTF_8).replace("+", "%20");
    return new ChatClient(
        user,
        Client.of(Chat.PROTOCOL).build(url + (url.contains("?") ? "&" : "?") + "user=" + name));
  }

  /**
   * A person whom a token names, where guests may not come.
   *
   * @param tokens supplies the token before each attempt to connect, and before it expires
   */
  public static ChatClient withToken(String url, TokenSupplier tokens) {
    return new ChatClient(null, Client.of(Chat.PROTOCOL).token(tokens).build(url));
  }

  /**
   * Comes into the chat.
   *
   * @throws dev.switchboard.protocol.ConnectFailedException if the server does not answer, or
   *     refuses the name
   */
  public ChatClient connect() {
    client.connect();
    return this;
  }

  /**
   * The own name.
   *
   * @throws IllegalStateException if the token says it, and the client has never been connected
   */
  public String user() {
    return user != null
        ? user
        : client
            .session()
            .orElseThrow(
                () -> new IllegalStateException("user: not known yet (expected: after connect)"))
            .user();
  }

  /** Says something in a room that was joined. Returns when it is kept. */
  public Receipt sendMessage(String room, String content) {
    return room(room).publish(new Chat.Message(content));
  }

  /** Says something to a user. Returns when it is kept, in both inboxes. */
  public Receipt sendDirect(String to, String content) {
    return client.inbox(to).publish(new Chat.Message(content));
  }

  /** Shows in a room that one is typing, or stopped. Never waits, never fails. */
  public void sendTyping(String room, boolean on) {
    room(room).fleeting(new Chat.Typing(on));
  }

  /** Comes into a room. The last messages, so many of them, are then delivered like new ones. */
  public Room<Chat> joinRoom(String room, int recent) {
    Room<Chat> joined = client.join(room, Join.recent(recent));
    rooms.put(room, joined);
    return joined;
  }

  /** Leaves a room. */
  public void leaveRoom(String room) {
    room(room).leave();
    rooms.remove(room);
  }

  /** Who is in a room: at most 100. */
  public List<String> members(String room) {
    return room(room).members();
  }

  /** What was said in a room before that seq, oldest first. */
  public History<Chat> history(String room, long before, int limit) {
    return room(room).history(before, limit);
  }

  /** What was said to and by this user directly, the last of it, oldest first. */
  public History<Chat> directHistory(int limit) {
    return client.inbox(user()).history(limit);
  }

  /** Calls a handler for each message, in order, on a virtual thread. */
  public Subscription onMessage(Consumer<? super MessageEvent<Chat.Message>> handler) {
    return client.on(Chat.Message.class, handler);
  }

  /** Calls a handler when somebody begins or stops to type. */
  public Subscription onTyping(Consumer<? super MessageEvent<Chat.Typing>> handler) {
    return client.on(Chat.Typing.class, handler);
  }

  /** Calls a handler for each notification. */
  public Subscription onNotification(Consumer<? super MessageEvent<Chat.Notification>> handler) {
    return client.on(Chat.Notification.class, handler);
  }

  /** Calls a handler for everything that happens to the connection and the rooms. */
  public Subscription onEvent(Consumer<? super ClientEvent> handler) {
    return client.events(handler);
  }

  /** The client underneath, for all the rest. */
  public Client<Chat> client() {
    return client;
  }

  private Room<Chat> room(String name) {
    Room<Chat> room = rooms.get(name);
    if (room == null) {
      throw new IllegalArgumentException(
          "room: " + name + " is not joined (expected: joinRoom first)");
    }
    return room;
  }

  /** Leaves the chat for good. */
  @Override
  public void close() {
    client.close();
  }
}
