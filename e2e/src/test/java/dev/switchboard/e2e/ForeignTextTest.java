package dev.switchboard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.chat.ChatClient;
import dev.switchboard.chat.ChatServer;
import dev.switchboard.server.MemoryHistory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What others write can't act on the terminal of the command line, whichever way it gets there. */
@Tag("slow")
@Tag("D11")
class ForeignTextTest {
  private static final String FORGED = "\n12:00 * forged\r\u001b[2J\u2028\u061c\u200e\u202e.";
  private static final String SHOWN = "␊12:00 * forged␍␛[2J<U+2028><U+061C><U+200E><U+202E>.";

  /** Every class of character that acts, with how it is shown. */
  private static Map<String, String> acting() {
    Map<String, String> shown = new LinkedHashMap<>();
    shown.put("\u0000\u0007\b", "␀␇␈");
    shown.put("\n\r\t\u000b\f", "␊␍␉␋␌");
    shown.put("\u001b]0;title\u0007", "␛]0;title␇");
    shown.put("\u007f", "␡");
    shown.put("\u0085\u009b31m", "<U+0085><U+009B>31m");
    shown.put("\u2028\u2029", "<U+2028><U+2029>");
    shown.put("\u061c\u200e\u200f", "<U+061C><U+200E><U+200F>");
    shown.put("\u202a\u202b\u202c\u202d\u202e", "<U+202A><U+202B><U+202C><U+202D><U+202E>");
    shown.put("\u2066\u2067\u2068\u2069", "<U+2066><U+2067><U+2068><U+2069>");
    shown.put("\u200b\u2060\ufeff\u00ad", "<U+200B><U+2060><U+FEFF><U+00AD>");
    shown.put(
        "你好 🏴\udb40\udc67\udb40\udc7f 👩\u200d🔬 می\u200cشود",
        "你好 🏴\udb40\udc67\udb40\udc7f 👩\u200d🔬 می\u200cشود");
    return shown;
  }

  @Test
  void aMessageIsOneLineWhateverIsInIt() {
    try (ChatServer server = ChatServer.start("127.0.0.1", 0, new MemoryHistory());
        ChatClient eve = ChatClient.of("ws://" + server.address() + "/ws", "eve");
        Program tom =
            Program.switchboard("chat", "ws://" + server.address() + "/ws", "--as", "tom")) {
      tom.says("you are in #general");
      eve.connect();
      eve.joinRoom("general", 0);
      tom.says("eve joined #general");
      int before = tom.out().size();
      acting()
          .forEach((text, shown) -> {
            eve.sendMessage("general", "a" + text + "z");
            assertThat(tom.says("a" + shown + "z")).endsWith(" #general eve: a" + shown + "z");
          });
      eve.sendMessage("general", FORGED);
      tom.says("eve: " + SHOWN);
      assertThat(tom.out()).hasSize(before + acting().size() + 1);
    }
  }

  @Test
  void theBodyOfARefusalIsOneLine() throws IOException {
    byte[] body = ("go away" + FORGED).getBytes(StandardCharsets.UTF_8);
    try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Program tom = chat(listening)) {
      try (Socket socket = listening.accept()) {
        key(socket);
        OutputStream out = socket.getOutputStream();
        String head = "HTTP/1.1 403 Forbidden\r\nContent-Length: " + body.length + "\r\n\r\n";
        out.write(head.getBytes(StandardCharsets.US_ASCII));
        out.write(body);
        fails(tom, "go away" + SHOWN);
        assertThat(tom.out()).isEmpty();
      }
    }
  }

  @Test
  void theReasonOfACloseIsOneLine() throws Exception {
    byte[] reason = ("bye" + FORGED).getBytes(StandardCharsets.UTF_8);
    try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Program tom = chat(listening)) {
      try (Socket socket = listening.accept()) {
        String proof = key(socket) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
        MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
        String accept =
            Base64.getEncoder()
                .encodeToString(sha1.digest(proof.getBytes(StandardCharsets.US_ASCII)));
        OutputStream out = socket.getOutputStream();
        String head =
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: "
                + accept
                + "\r\n\r\n";
        out.write(head.getBytes(StandardCharsets.US_ASCII));
        out.write(new byte[] {(byte) 0x88, (byte) (reason.length + 2), 4503 >> 8, (byte) 4503});
        out.write(reason);
        fails(tom, "bye" + SHOWN);
        assertThat(tom.out()).singleElement().asString().endsWith("(4503 bye" + SHOWN + ")");
      }
    }
  }

  private static Program chat(ServerSocket listening) {
    return Program.switchboard(
        "chat", "ws://127.0.0.1:" + listening.getLocalPort() + "/ws", "--as", "tom");
  }

  private static void fails(Program tom, String shown) {
    assertThat(tom.ends()).isEqualTo(1);
    assertThat(tom.err()).as("one clear line").hasSize(1);
    assertThat(tom.err().get(0)).startsWith("switchboard: ").contains(shown);
  }

  private static String key(Socket socket) throws IOException {
    var reader =
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
    String key = "";
    for (String line = reader.readLine(); !line.isEmpty(); line = reader.readLine()) {
      if (line.startsWith("Sec-WebSocket-Key: ")) {
        key = line.substring("Sec-WebSocket-Key: ".length());
      }
    }
    return key;
  }
}
