package dev.switchboard.cli;

import dev.switchboard.chat.ChatClient;
import dev.switchboard.client.TokenSupplier;
import dev.switchboard.protocol.SwitchboardException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

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
      description = "Your name in the chat, if it has guests.")
  private @Nullable String name;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "Your token, if the chat has users; read again when a new one is needed "
              + "(default: the variable SWITCHBOARD_TOKEN, which other users of the machine can't see).")
  private @Nullable Path tokenFile;

  @Option(
      names = "--room",
      paramLabel = "ROOM",
      defaultValue = "general",
      description = "The room to start in (default: ${DEFAULT-VALUE}).")
  private String room = "";

  @Spec private @Nullable CommandSpec spec; // set by picocli

  @Override
  public Integer call() throws IOException {
    try (ChatClient client = client();
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

  private ChatClient client() {
    Path file = tokenFile;
    String token = System.getenv("SWITCHBOARD_TOKEN");
    if (file != null) {
      return ChatClient.withToken(endpoint(), TokenSupplier.blocking(() -> read(file)));
    }
    if (name != null) {
      return ChatClient.of(endpoint(), name);
    }
    if (token == null) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(),
          "nobody to chat as (expected: --as NAME, or --token-file FILE)");
    }
    return ChatClient.withToken(endpoint(), () -> CompletableFuture.completedFuture(token.strip()));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException failed) {
      throw new Switchboard.Failure(
          "--token-file: " + file + " can't be read (expected: a file that holds a token)");
    }
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
        new ChatScreen(client, new Screen(client::user, Screen.Look.COLOUR, reader::printAbove));
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
            client::user,
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
