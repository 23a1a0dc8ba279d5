package dev.switchboard.cli;

import dev.switchboard.chat.Chat;
import dev.switchboard.chat.ChatClient;
import dev.switchboard.client.ClientEvent;
import dev.switchboard.client.History;
import dev.switchboard.client.MessageEvent;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.SwitchboardException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A conversation in the terminal: interprets lines and shows events. Lines come from one thread,
 * events from another.
 */
final class ChatScreen {
  private static final int RECENT = 20;

  private final ChatClient client;
  private final Screen screen;
  private final Map<String, Long> oldest = new ConcurrentHashMap<>(); // shown so far, by room
  private final Map<String, Boolean> rooms =
      new LinkedHashMap<>(); // confined to the thread of lines
  private volatile String room = ""; // the current room; set by the thread of lines

  ChatScreen(ChatClient client, Screen screen) {
    this.client = client;
    this.screen = screen;
  }

  String room() {
    return room;
  }

  void enter(String first) {
    client.onMessage(this::show);
    client.onNotification(
        event -> screen.note(event.message().level() + ": " + event.message().text()));
    client.onEvent(this::show);
    client.connect();
    join(first);
  }

  private void show(MessageEvent<Chat.Message> event) {
    if (event.room() != null) {
      oldest.merge(event.room(), event.seq(), Math::min);
    }
    screen.said(event);
  }

  private void show(ClientEvent event) {
    switch (event) {
      case ClientEvent.UserJoined joined ->
          screen.note(joined.user() + " joined #" + joined.room() + " (" + joined.count() + ")");
      case ClientEvent.UserLeft left ->
          screen.note(left.user() + " left #" + left.room() + " (" + left.count() + ")");
      case ClientEvent.RoomJoined joined ->
          screen.note(
              "you are in #" + joined.room() + " with " + String.join(", ", joined.members()));
      case ClientEvent.Closed closed when closed.code() != 1000 ->
          screen.note(("connection lost (" + closed.code() + " " + closed.reason()).strip() + ")");
      case ClientEvent.ReconnectAttempt attempt ->
          screen.note("reconnecting, attempt " + attempt.attempt() + " …");
      case ClientEvent.ReconnectSuccess success -> screen.note("connected again");
      case ClientEvent.ReconnectFailed failed ->
          screen.note("could not reconnect; /quit and try again later");
      case ClientEvent.Gap gap -> screen.note("some messages could not be recovered");
      case ClientEvent.ValidationError wrong ->
          screen.note("received an invalid message: " + wrong.error().getMessage());
      case ClientEvent.DecryptionFailed failed ->
          screen.note("received an invalid message: " + failed.error().getMessage());
      default -> {}
    }
  }

  /** Handles one line. Returns false if it ends the conversation. */
  boolean line(String line) {
    String text = line.strip();
    String[] words = text.split("\\s+", 3);
    try {
      switch (words[0]) {
        case "" -> {}
        case "/quit", "/exit" -> {
          return false;
        }
        case "/help" -> screen.help();
        case "/join" -> join(word(words, 1, "/join ROOM").replaceFirst("^#", ""));
        case "/leave" -> leave();
        case "/rooms" -> screen.note(String.join(", ", rooms.keySet()));
        case "/who" -> screen.note(String.join(", ", client.members(room)));
        case "/older" -> older();
        case "/msg" ->
            client.sendDirect(word(words, 1, "/msg USER TEXT"), word(words, 2, "/msg USER TEXT"));
        default -> say(text);
      }
    } catch (RefusedException refused) {
      screen.note("refused: " + refused.getMessage());
    } catch (SwitchboardException | IllegalArgumentException failed) {
      screen.note(String.valueOf(failed.getMessage()));
    }
    return true;
  }

  private static String word(String[] words, int index, String usage) {
    if (words.length <= index) {
      throw new IllegalArgumentException("usage: " + usage);
    }
    return words[index];
  }

  private void say(String text) {
    if (text.startsWith("/") && !text.startsWith("//")) {
      throw new IllegalArgumentException("no such command (try /help)");
    }
    client.sendMessage(room, text.startsWith("//") ? text.substring(1) : text);
  }

  private void join(String name) {
    if (rooms.putIfAbsent(name, true) == null) {
      client.joinRoom(name, RECENT);
    }
    room = name;
  }

  private void leave() {
    if (rooms.size() < 2) {
      throw new IllegalArgumentException("this is your last room (try /quit)");
    }
    client.leaveRoom(room);
    rooms.remove(room);
    room = rooms.keySet().iterator().next();
  }

  private void older() {
    History<Chat> page = client.history(room, oldest.getOrDefault(room, Long.MAX_VALUE), RECENT);
    if (page.first() > 0) {
      oldest.merge(room, page.first(), Math::min);
    }
    for (MessageEvent<? extends Chat> event : page.messages()) {
      if (event.message() instanceof Chat.Message message) {
        screen.said(
            new MessageEvent<>(
                message,
                event.type(),
                event.address(),
                event.seq(),
                event.from(),
                event.timestamp(),
                event.messageId()));
      }
    }
    screen.note(page.more() ? "/older shows more" : "there are no older messages");
  }
}
