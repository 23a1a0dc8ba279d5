package dev.switchboard.e2e.hostile;

import dev.switchboard.chat.ChatServer;
import dev.switchboard.server.Backstage;
import dev.switchboard.server.MemoryHistory;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/** The chat application when it is attacked. */
final class ChatSite implements AutoCloseable {
  private final ChatServer server = ChatServer.start("127.0.0.1", 0, new MemoryHistory());

  int port() {
    return server.port();
  }

  /** Starts to watch from now on. */
  Watch watch() {
    return new Watch(port(), "\"type\":\"message\",\"data\":{\"content\":\"%s\"}", this::held);
  }

  private Map<String, Integer> held() {
    Backstage.later(server.endpoint(), Duration.ofDays(1));
    return Backstage.held(server.endpoint());
  }

  /** Returns the target of an upgrade for a user of that name. */
  static String target(String user) {
    return "/ws?user=" + URLEncoder.encode(user, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** Connects as that user, and joins the room. */
  Typist enter(String user, String room, String... headers) {
    Typist typist = Typist.open(port(), target(user), headers);
    typist.next("welcome");
    typist.ask("{\"type\":\"join_room\",\"room\":\"" + room + "\",\"id\":0}", "room_joined");
    return typist;
  }

  @Override
  public void close() {
    server.close();
  }
}
