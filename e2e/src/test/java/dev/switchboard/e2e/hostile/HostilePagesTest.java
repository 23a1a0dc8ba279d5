package dev.switchboard.e2e.hostile;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import dev.switchboard.e2e.Chromium;
import dev.switchboard.e2e.Program;
import dev.switchboard.protocol.format.Json;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What others write is text in the page of a visitor, and one line in a visitor's terminal. */
@Tag("slow")
@Tag("C7")
class HostilePagesTest {
  private static final List<String> MARKUP =
      List.of(
          "<script>window.hit=1</script>",
          "<img src=x onerror=window.hit=1>",
          "<svg onload=window.hit=1></svg>",
          "<iframe srcdoc='<script>parent.hit=1</script>'></iframe>",
          "\"><b onmouseover=window.hit=1>b</b>",
          "' autofocus onfocus=window.hit=1 x='",
          "</script><script>window.hit=1</script>",
          "<a href=javascript:window.hit=1>link</a>",
          "javascript:window.hit=1",
          "[a](javascript:window.hit=1)",
          "{{constructor.constructor('window.hit=1')()}}",
          "${window.hit=1}",
          "&lt;script&gt;window.hit=1&lt;/script&gt;",
          "<style>*{display:none}</style>",
          "<base href=https://evil.example/>",
          "<meta http-equiv=refresh content=0;url=https://evil.example/>");

  private static final List<String> LINKS =
      List.of(
          "https://evil.example/\"onmouseover=\"window.hit=1",
          "http://a.example/<script>window.hit=1</script>",
          "https://javascript:window.hit=1@evil.example/",
          "data:text/html,<script>window.hit=1</script>",
          "see http://a.example/'onclick='window.hit=1 and more");

  private static final double PATIENCE_MILLIS = 30_000;

  private static final List<String> trouble = new CopyOnWriteArrayList<>();

  private static Chromium chromium;
  private static BrowserContext browser;
  private static Page page;
  private static ChatSite site;
  private static Program terminal;
  private static Watch watch;
  private static Object elements;
  private static int said;

  @BeforeAll
  static void start() {
    PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MILLIS);
    site = new ChatSite();
    terminal =
        Program.switchboard("chat", "ws://127.0.0.1:" + site.port() + "/ws", "--as", "terry");
    chromium = Chromium.start();
    browser = chromium.browser().newContext();
    page = browser.newPage();
    page.onDialog(dialog -> {
      trouble.add("dialog " + dialog.message());
      dialog.dismiss();
    });
    page.onPageError(trouble::add);
    page.onConsoleMessage(message -> {
      if (message.type().equals("error")) {
        trouble.add(message.text());
      }
    });
    browser.onPage(opened -> trouble.add("another page " + opened.url()));
    page.navigate("http://127.0.0.1:" + site.port() + "/");
    page.getByTestId("name-input").fill("tom");
    page.getByTestId("name-join").click();
    assertThat(page.locator("[data-testid=state][data-state=connected]")).isVisible();
    assertThat(page.getByTestId("title")).hasText("# general");
    terminal.says("you are in #general");
    elements = active();
    watch = site.watch();
    harmed();
  }

  @AfterAll
  static void stop() {
    PlaywrightAssertions.setDefaultAssertionTimeout(5_000); // as it is unless set, in this JVM
    watch.close();
    terminal.close();
    chromium.close();
    site.close();
  }

  /** Returns how many elements there are that could do something. */
  private static Object active() {
    return page.evaluate(
        "document.querySelectorAll('script,iframe,object,embed,base,meta,style,link').length");
  }

  /** Fails if anything but text has come of it. */
  private static void harmed() {
    assertThat(page.evaluate("String(window.hit)")).isEqualTo("undefined");
    assertThat(active()).isEqualTo(elements);
    assertThat(page.url()).startsWith("http://127.0.0.1:" + site.port() + "/");
    assertThat(trouble).isEmpty();
    watch.check();
  }

  private static void say(Typist who, String content) {
    said++;
    who.say(
        "{\"type\":\"message\",\"room\":\"general\",\"id\":1,\"echo\":false,\"data\":{\"content\":%s}}"
            .formatted(Json.MAPPER.writeValueAsString(content)));
    who.next("ack");
  }

  static List<String> contents() {
    return java.util.stream.Stream.concat(MARKUP.stream(), LINKS.stream()).toList();
  }

  @ParameterizedTest
  @MethodSource("contents")
  void aMessageIsText(String content) {
    try (Typist eve = site.enter("eve", "general")) {
      say(eve, content);
      Locator shown = page.getByTestId("content").last();
      assertThat(page.getByTestId("content")).hasCount(said);
      assertThat(shown.textContent()).isEqualTo(content);
      assertThat(shown.locator("a").all())
          .allMatch(link -> link.getAttribute("href").matches("https?://.*"));
      shown.hover();
      eve.leave();
    }
    harmed();
  }

  static List<String> names() {
    return MARKUP.stream().filter(markup -> markup.length() <= 40).toList();
  }

  @ParameterizedTest
  @MethodSource("names")
  void aNameIsText(String name) {
    try (Typist eve = site.enter(name, "general")) {
      Locator member =
          page.getByTestId("member").filter(new Locator.FilterOptions().setHasText(name));
      assertThat(member).isVisible();
      assertThat(member.locator(".name").textContent()).isEqualTo(name);
      say(eve, "it is me");
      assertThat(page.getByTestId("content")).hasCount(said);
      assertThat(page.locator("[data-testid=message] strong").last().textContent()).isEqualTo(name);
      eve.leave();
    }
    harmed();
  }

  @ParameterizedTest
  @MethodSource("names")
  void aRoomIsText(String room) {
    page.getByTestId("room-input").fill(room);
    page.getByTestId("room-join").click();
    assertThat(page.getByTestId("title")).hasText("# " + room);
    page.getByTestId("leave").click();
    page.locator("[data-testid=room][data-room=general]").click();
    assertThat(page.getByTestId("title")).hasText("# general");
    harmed();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a\u001b[2J\u001b[H           | a␛[2J␛[H",
        "a\u001b]0;title\u0007b       | a␛]0;title␇b",
        "a\u001b]8;;http://e/\u0007b  | a␛]8;;http://e/␇b",
        "a\u001b[8mb                  | a␛[8mb",
        "a\u001bP$qm\u001b\\b         | a␛P$qm␛\\b",
        "a\u009b31mb                  | a<U+009B>31mb",
        "a\b\b\bb                     | a␈␈␈b",
        "'a\rb'                       | a␍b",
        "a\u202eb                     | a<U+202E>b",
        "a\u2028b                     | a<U+2028>b"
      })
  void aMessageIsOneLineOfATerminal(String content, String shown) {
    try (Typist eve = site.enter("eve", "general")) {
      say(eve, content);
      assertThat(terminal.says("eve: " + shown)).endsWith("eve: " + shown);
      eve.leave();
    }
    harmed();
  }
}
