package dev.switchboard.transport.netty.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.switchboard.transport.Deflate;
import dev.switchboard.transport.HttpExchange;
import dev.switchboard.transport.HttpLimits;
import dev.switchboard.transport.HttpRequest;
import dev.switchboard.transport.HttpResponse;
import dev.switchboard.transport.ServerTransportOptions;
import dev.switchboard.transport.Upgrade;
import dev.switchboard.transport.WebSocket;
import dev.switchboard.transport.WebSocketListener;
import dev.switchboard.transport.WebSocketOptions;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;

/**
 * Everything a client may send from its first byte on: requests, handshakes, frames. The first byte
 * says where the stream is cut, the rest is the stream.
 */
@Tag("B1")
class HttpFuzzTest {
  private static final WebSocketOptions OPTIONS =
      WebSocketOptions.builder().deflate(Deflate.DEFAULT).build();
  private static final ServerTransportOptions SERVER =
      ServerTransportOptions.builder()
          .http(
              new HttpLimits(
                  2_000,
                  2_000,
                  HttpLimits.DEFAULT.headTimeout(),
                  HttpLimits.DEFAULT.bodyTimeout(),
                  HttpLimits.DEFAULT.keepAliveTimeout()))
          .build();

  private static final String DATE = "Date: [^\r]*\r\n";

  /** Whether a body is asked for depends on whether it is there already (RFC 9110 §10.1.1). */
  private static final String PROCEED = "HTTP/1.1 100 Continue\r\n\r\n";

  /** What is malformed, not text or too much in one go is found in either order by inflating. */
  private static final String BAD_DATA =
      "\u0088.\u0003[\u00ef\u00f1](compressed data|text|message of)[ -~]*";

  @FuzzTest(maxDuration = "3m")
  void howeverAStreamIsCutTheServerAnswersTheSame(byte[] input) {
    if (input.length == 0) {
      return;
    }
    byte[] stream = Arrays.copyOfRange(input, 1, input.length);
    String whole = answers(stream, stream.length);
    proper(whole);
    assertThat(answers(stream, 1)).isEqualTo(whole);
    assertThat(answers(stream, -input[0])).isEqualTo(whole);
  }

  private static String answers(byte[] stream, int step) {
    HttpSetup setup =
        new HttpSetup(SERVER, HttpFuzzTest::handle, new AtomicInteger(), new PendingResponses());
    Wire wire = new Wire(new HttpConnection(setup, false));
    wire.send(stream, step);
    return wire.end().replaceAll(DATE + "|" + PROCEED, "").replaceAll(BAD_DATA, "<bad data>");
  }

  private static void handle(HttpExchange exchange) {
    HttpRequest request = exchange.request();
    if (exchange.isUpgrade()) {
      exchange.accept(Upgrade.of(OPTIONS, Echo::new));
    } else {
      String text = request.method() + " " + request.path() + " " + request.query();
      exchange.respond(HttpResponse.text(200, text + " " + request.body().length));
    }
  }

  private static void proper(String answers) {
    if (!answers.isEmpty()) {
      assertThat(answers).startsWith("HTTP/1.1 ").contains("\r\n\r\n");
    }
  }

  private record Echo(WebSocket socket) implements WebSocketListener {
    @Override
    public void onText(ByteBuf view) {
      socket.sendText(view.retain());
    }

    @Override
    public void onBinary(ByteBuf view) {
      socket.sendBinary(view.retain());
    }

    @Override
    public void onClose(int code, String reason, boolean clean) {
      assertThat(reason.getBytes(ISO_8859_1)).hasSizeLessThan(124);
    }
  }
}
