package dev.switchboard.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import dev.switchboard.chat.ChatClient;
import dev.switchboard.chat.ChatServer;
import dev.switchboard.server.MemoryHistory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The page says of whomever one writes to whether they are there. */
@Tag("slow")
@Tag("C2")
class OnlineTest {
  @Test
  void whoIsOnlineIsToldEvenWithoutARoomInCommon() {
    try (Chromium chromium = Chromium.start();
        BrowserContext browser = chromium.browser().newContext();
        ChatServer server = ChatServer.start("127.0.0.1", 0, new MemoryHistory());
        ChatClient bob = ChatClient.of("ws://127.0.0.1:" + server.port() + "/ws", "bob")) {
      try (ChatClient eve = ChatClient.of("ws://127.0.0.1:" + server.port() + "/ws", "eve")) {
        eve.connect();
        eve.sendDirect("ann", "bye");
      }
      bob.connect();
      bob.sendDirect("ann", "hello");
      Page page = browser.newPage();
      page.navigate("http://127.0.0.1:" + server.port() + "/");
      page.getByTestId("name-input").fill("ann");
      page.getByTestId("name-join").click();
      Locator subtitle = page.locator(".subtitle");
      page.locator("[data-testid=conversation][data-user=eve]").click();
      assertThat(subtitle).containsText("Away");
      page.locator("[data-testid=conversation][data-user=bob]").click();
      assertThat(subtitle).hasText("Online");
    }
  }
}
