package dev.switchboard.transport.netty.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.switchboard.transport.ClientConnect;
import dev.switchboard.transport.Deflate;
import dev.switchboard.transport.HandshakeException;
import dev.switchboard.transport.WebSocket;
import dev.switchboard.transport.WebSocketListener;
import dev.switchboard.transport.WebSocketOptions;
import dev.switchboard.transport.netty.io.LoopState;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Tag;

/**
 * Everything a server may send from its first byte on. The first byte says where the stream is cut
 * and, by its lowest bit, whether compression was offered; the rest is the stream, in which
 * {@code @@@} stands for the proper answer to the client's key.
 */
@Tag("A1")
class ClientHandshakeFuzzTest {
  private static final ClientConnect PLAIN =
      ClientConnect.to(URI.create("ws://test/")).withSubprotocols(List.of("a", "b"));
  private static final ClientConnect COMPRESSED =
      PLAIN.withOptions(WebSocketOptions.builder().deflate(Deflate.TAKEOVER).build());

  @FuzzTest(maxDuration = "3m")
  void howeverAStreamIsCutTheClientMakesTheSameOfIt(byte[] input) {
    if (input.length == 0) {
      return;
    }
    ClientConnect request = (input[0] & 1) == 0 ? PLAIN : COMPRESSED;
    byte[] stream = Arrays.copyOfRange(input, 1, input.length);
    List<String> whole = outcome(request, stream, stream.length);
    assertThat(outcome(request, stream, 1)).isEqualTo(whole);
    assertThat(outcome(request, stream, -input[0])).isEqualTo(whole);
  }

  private static List<String> outcome(ClientConnect request, byte[] stream, int step) {
    CompletableFuture<WebSocket> result = new CompletableFuture<>();
    List<String> events = new ArrayList<>();
    Wire wire = new Wire(new ClientHandshake(request, socket -> new Heard(events), result));
    String head = wire.received();
    int key = head.indexOf("Sec-WebSocket-Key: ") + 19;
    String accept =
        UpgradeRules.accept(
            LoopState.of(wire.loop()).sha1, head.substring(key, head.indexOf("\r\n", key)));
    String text = new String(stream, ISO_8859_1).replace("@@@", accept);
    wire.send(text.getBytes(ISO_8859_1), step);
    wire.end();
    assertThat(result).isDone();
    try {
      WebSocket socket = result.join();
      assertThat(socket.subprotocol()).isIn(null, "a", "b");
      events.add("extensions " + socket.extensions());
    } catch (CompletionException failed) {
      if (!(failed.getCause() instanceof HandshakeException why)) {
        throw failed;
      }
      events.add(why.kind() + " " + why.status() + " " + why.headers());
    }
    return events;
  }

  private record Heard(List<String> events) implements WebSocketListener {
    @Override
    public void onText(ByteBuf view) {
      events.add("text " + ByteBufUtil.hexDump(view));
    }

    @Override
    public void onBinary(ByteBuf view) {
      events.add("binary " + ByteBufUtil.hexDump(view));
    }

    @Override
    public void onPing(ByteBuf view) {
      events.add("ping " + ByteBufUtil.hexDump(view));
    }

    @Override
    public void onClose(int code, String reason, boolean clean) {
      events.add("close " + (code == 1009 ? 1007 : code) + " " + clean);
    }
  }
}
