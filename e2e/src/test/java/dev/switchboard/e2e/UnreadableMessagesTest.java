package dev.switchboard.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import dev.switchboard.chat.ChatServer;
import dev.switchboard.protocol.Address;
import dev.switchboard.server.MemoryHistory;
import dev.switchboard.spi.HistoryStore;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Publication;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is in a log already, whatever it is, leaves the page usable. */
@Tag("slow")
@Tag("C7")
class UnreadableMessagesTest {
  private static final int LINKS = 50;

  private static void put(HistoryStore store, Address log, String from, @Nullable String json) {
    byte[] data = json == null ? null : json.getBytes(StandardCharsets.UTF_8);
    LogKey key = new LogKey("/ws", log);
    long now = System.currentTimeMillis();
    store.append(
        List.of(
            new Publication(
                key, "message", from, null, now, data, false, null, ChatServer.RETENTION)));
  }

  private static HistoryStore filled() {
    HistoryStore store = new MemoryHistory();
    Address room = Address.room("general");
    put(store, room, "bob", "{\"content\":\"before\"}");
    for (String data : List.of("\"x\"", "[]", "7")) { // the client lets none of them pass
      put(store, room, "eve", data);
    }
    for (String data :
        new String[] {"{\"content\":{}}", "{\"content\":7}", "{\"text\":\"x\"}", "null", null}) {
      put(store, room, "eve", data);
    }
    for (int i = 0; i < LINKS; i++) {
      put(store, room, "eve", "{\"content\":\"http://a.example/" + ")".repeat(3_980) + "\"}");
    }
    put(store, room, "bob", "{\"content\":\"after\"}");
    put(store, Address.user("ann"), "ann", "{\"content\":\"noted\",\"to\":7}");
    put(store, Address.user("ann"), "eve", "{\"content\":7}");
    put(store, Address.user("ann"), "bob", "{\"content\":\"psst\"}");
    return store;
  }

  @Test
  void aMessageThatCannotBeShownTakesNoOtherAlong() {
    List<String> errors = new CopyOnWriteArrayList<>();
    try (Chromium chromium = Chromium.start();
        BrowserContext browser = chromium.browser().newContext();
        ChatServer server = ChatServer.start("127.0.0.1", 0, filled())) {
      Page page = browser.newPage();
      page.onPageError(errors::add);
      page.navigate("http://127.0.0.1:" + server.port() + "/");
      page.getByTestId("name-input").fill("ann");
      page.getByTestId("name-join").click();
      assertThat(page.getByTestId("content").last()).hasText("after");
      page.getByTestId("messages").hover();
      page.mouse().wheel(0, -1_000_000);
      assertThat(page.getByTestId("content").first()).hasText("before");
      assertThat(page.getByTestId("content")).hasCount(LINKS + 2);
      assertThat(page.getByTestId("unreadable")).hasCount(5);
      page.getByTestId("composer").fill("still here");
      page.getByTestId("send").click();
      assertThat(
              page.locator("[data-testid=message][data-state=sent] [data-testid=content]").last())
          .hasText("still here");

      page.locator("[data-testid=conversation][data-user=eve]").click();
      assertThat(page.getByTestId("unreadable")).hasCount(1);
      page.locator("[data-testid=conversation][data-user=bob]").click();
      assertThat(page.getByTestId("content")).hasText("psst");
      page.locator("[data-testid=conversation][data-user=ann]").click();
      assertThat(page.getByTestId("content")).hasText("noted");
    }
    assertThat(errors).as("no script failed").isEmpty();
  }
}
