package dev.switchboard.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The chat's page, as people use it in browsers. Confined to the browsers' thread. */
final class ChatPages {
  private final List<String> errors = new CopyOnWriteArrayList<>();

  /** Returns what the Content-Security-Policy refused, and how scripts failed, on all pages. */
  List<String> errors() {
    return errors;
  }

  /** Opens the page and enters the chat. */
  Page enter(BrowserContext context, int port, String name) {
    Page page = context.newPage();
    page.onConsoleMessage(message -> {
      if (message.type().equals("error") && message.text().contains("Content Security Policy")) {
        errors.add(message.text());
      }
    });
    page.onPageError(errors::add);
    page.navigate("http://127.0.0.1:" + port + "/");
    page.getByTestId("name-input").fill(name);
    page.getByTestId("name-join").click();
    connected(page);
    return page;
  }

  static void connected(Page page) {
    assertThat(page.locator("[data-testid=state][data-state=connected]"))
        .isVisible(new LocatorAssertions.IsVisibleOptions().setTimeout(30_000));
  }

  static void say(Page page, String text) {
    page.getByTestId("composer").fill(text);
    page.getByTestId("send").click();
  }

  static void sees(Page page, String text) {
    assertThat(page.locator("[data-testid=content]", new Page.LocatorOptions().setHasText(text)))
        .isVisible();
  }

  /** Returns the messages on a page that have been acknowledged. */
  static List<String> shown(Page page) {
    return page.locator("[data-testid=message][data-state=sent] [data-testid=content]")
        .allInnerTexts();
  }
}
