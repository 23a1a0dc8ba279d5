package dev.switchboard.e2e;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import java.net.URI;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A page in Chromium, which always offers compression. Confined to the thread of its browser. */
final class ChromiumGuest extends Guest {
  private static final String OPEN =
      """
      uri => new Promise((opened, failed) => {
        const heard = [], waiting = [];
        const tell = one => waiting.length ? waiting.shift()(one) : heard.push(one);
        window.next = () => heard.length ? heard.shift() : new Promise(then => waiting.push(then));
        window.socket = new WebSocket(uri);
        socket.binaryType = 'arraybuffer';
        socket.onopen = () => opened(null);
        socket.onerror = () => failed(new Error('error'));
        socket.onclose = event => tell(['closed', event.code + ' ' + event.reason]);
        socket.onmessage = ({data}) => tell(typeof data === 'string' ? ['text', data] : ['binary',
            btoa(Array.from(new Uint8Array(data), byte => String.fromCharCode(byte)).join(''))]);
      })\
      """;

  private final Page page;

  ChromiumGuest(Browser browser, URI uri) {
    page = browser.newPage();
    page.navigate("http://" + uri.getAuthority() + "/healthz");
    page.evaluate(OPEN, uri.toString());
  }

  @Override
  void text(String message) {
    page.evaluate("message => socket.send(message)", message);
  }

  @Override
  void binary(byte[] message) {
    page.evaluate(
        "base64 => socket.send(Uint8Array.from(atob(base64), c => c.charCodeAt(0)))",
        Base64.getEncoder().encodeToString(message));
  }

  @Override
  void end(int code, String reason) {
    page.evaluate(
        "({code, reason}) => socket.close(code, reason)", Map.of("code", code, "reason", reason));
  }

  @Override
  String extensions() {
    return String.valueOf(page.evaluate("socket.extensions"));
  }

  @Override
  Heard next() {
    List<?> one = (List<?>) Objects.requireNonNull(page.evaluate("next()"));
    String value = String.valueOf(one.get(1));
    return switch (String.valueOf(one.get(0))) {
      case "text" -> new Heard.Text(value);
      case "binary" -> Heard.Binary.of(Base64.getDecoder().decode(value));
      default -> new Heard.Closed(Integer.parseInt(value.substring(0, 4)), value.substring(5));
    };
  }

  @Override
  public void close() {
    page.close();
  }
}
