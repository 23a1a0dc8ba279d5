package dev.switchboard.cli;

import dev.switchboard.chat.ChatClient;
import dev.switchboard.protocol.SwitchboardException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Chats from the terminal. Lines are messages; lines that start with a slash are commands. */
@Command(
    name = "chat",
    description = "Chats from the terminal. Type a line to send it, or /help for commands.",
    mixinStandardHelpOptions = true)
final class ChatCommand implements Callable<Integer> {
  @Parameters(
      arity = "0..1",
      paramLabel = "URL",
      defaultValue = "ws://127.0.0.1:8080/ws",
      description = "The chat's endpoint (default: ${DEFAULT-VALUE}).")
  private String url = "";

  @Option(
      names = "--as",
      paramLabel = "NAME",
      required = true,
      description = "Your name in the chat.")
  private String name = "";

  @Option(
      names = "--room",
      paramLabel = "ROOM",
      defaultValue = "general",
      description = "The room to start in (default: ${DEFAULT-VALUE}).")
  private String room = "";

  @Override
  public Integer call() throws IOException {
    try (ChatClient client = ChatClient.of(endpoint(), name);
        Terminal terminal = TerminalBuilder.builder().system(true).dumb(true).build()) {
      if (terminal
          .getType()
          .startsWith("dumb")) { // not a terminal, or one that can't move its cursor
        onPipes(client);
      } else {
        onTerminal(client, terminal);
      }
    } catch (SwitchboardException | IllegalArgumentException failed) {
      throw new Switchboard.Failure(String.valueOf(failed.getMessage()));
    }
    return 0;
  }

  /**
   * Returns the chat's endpoint. People type the browser's address, so {@code
   * http://localhost:8080} means its chat.
   */
  private String endpoint() {
    String socket = url.replaceFirst("^http", "ws");
    return socket.matches("wss?://[^/]+/?") ? socket.replaceFirst("/?$", "/ws") : socket;
  }

  private void onTerminal(ChatClient client, Terminal terminal) {
    LineReader reader =
        LineReaderBuilder.builder().terminal(terminal).appName("switchboard").build();
    ChatScreen parlour =
        new ChatScreen(client, new Screen(name, Screen.Look.COLOUR, reader::printAbove));
    parlour.enter(room);
    boolean going = true;
    while (going) {
      try {
        going = parlour.line(reader.readLine("#" + parlour.room() + " > "));
      } catch (UserInterruptException | EndOfFileException done) {
        going = false;
      }
    }
  }

  private void onPipes(ChatClient client) throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    Screen screen =
        new Screen(
            name,
            Screen.Look.PLAIN,
            text -> {
              System.out.println(text);
              System.out.flush();
            });
    ChatScreen parlour = new ChatScreen(client, screen);
    parlour.enter(room);
    String line = in.readLine();
    while (line != null && parlour.line(line)) {
      line = in.readLine();
    }
  }
}
