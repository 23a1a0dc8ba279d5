package dev.switchboard.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import dev.switchboard.chat.ChatClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two people in two browsers, a third in a terminal and a program talk; a page is reloaded, the
 * server is killed, and all go on.
 */
@Tag("slow")
@Tag("C7")
@Tag("C8")
@Tag("C9")
class PeopleTalkTest {
  private static Chromium chromium;

  @TempDir private Path data;
  private final ChatPages pages = new ChatPages();

  @BeforeAll
  static void openBrowser() {
    chromium = Chromium.start();
  }

  @AfterAll
  static void closeBrowser() {
    chromium.close();
  }

  @Test
  void theyContinueByThemselvesAndMissNothing() {
    List<String> heard = new CopyOnWriteArrayList<>();
    int port;
    try (BrowserContext annsBrowser = chromium.browser().newContext();
        BrowserContext bobsBrowser = chromium.browser().newContext();
        Program first = Program.switchboard("serve", "--port", "0", "--data", data.toString())) {
      port = first.port();
      Page ann = pages.enter(annsBrowser, port, "ann");
      Page bob = pages.enter(bobsBrowser, port, "bob");
      try (Program tom =
              Program.switchboard(
                  "chat", "ws://127.0.0.1:" + port + "/ws", "--as", "tom", "--room", "general");
          ChatClient robot = ChatClient.of("ws://127.0.0.1:" + port + "/ws", "robot")) {
        tom.says("you are in #general");
        robot.onMessage(event -> heard.add(event.message().content()));
        robot.connect();
        robot.joinRoom("general", 50);
        assertThat(ann.locator("[data-testid=member]")).hasCount(4);

        ChatPages.say(ann, "one <b>from</b> ann");
        ChatPages.sees(bob, "one <b>from</b> ann");
        ChatPages.say(bob, "two from bob");
        tom.says("two from bob");
        tom.type("three from tom 你好");
        ChatPages.sees(ann, "three from tom 你好");
        robot.sendMessage("general", "four from the robot");
        tom.says("four from the robot");
        List<String> expected =
            new ArrayList<>(
                List.of(
                    "one <b>from</b> ann",
                    "two from bob",
                    "three from tom 你好",
                    "four from the robot"));
        everywhere(expected, heard, ann, bob);

        ann.reload();
        ChatPages.connected(ann);
        everywhere(expected, heard, ann, bob);

        first.kill();
        assertThat(bob.locator("[data-testid=state]"))
            .not()
            .hasAttribute("data-state", "connected");
        ChatPages.say(bob, "five, while nobody was there");
        tom.type("six, typed into the void");
        try (Program second =
            Program.switchboard(
                "serve", "--port", String.valueOf(port), "--data", data.toString())) {
          second.port();
          ChatPages.connected(ann);
          ChatPages.connected(bob);
          expected.add("five, while nobody was there");
          expected.add("six, typed into the void");
          await().atMost(Duration.ofSeconds(60)).until(() -> heard.size() >= expected.size());
          robot.sendMessage("general", "seven, all together again");
          expected.add("seven, all together again");
          tom.says("seven, all together again");
          ChatPages.sees(ann, "seven, all together again");
          everywhereInTheSameOrder(expected, heard, ann, bob);
          for (String line : expected) {
            assertThat(tom.out())
                .as("tom saw \"%s\" once", line)
                .filteredOn(out -> out.endsWith(": " + line))
                .hasSize(1);
          }
          ann.reload();
          ChatPages.connected(ann);
          everywhereInTheSameOrder(expected, heard, ann, bob);
        }
      }
    }
    assertThat(pages.errors())
        .as("nothing was refused by the Content-Security-Policy and no script failed")
        .isEmpty();
  }

  private static void everywhere(List<String> expected, List<String> heard, Page... pages) {
    for (Page page : pages) {
      await()
          .untilAsserted(
              () -> assertThat(ChatPages.shown(page)).containsExactlyElementsOf(expected));
    }
    await().untilAsserted(() -> assertThat(heard).containsExactlyElementsOf(expected));
  }

  /** What was said at the same time has no order of its own, but it has the same one everywhere. */
  private static void everywhereInTheSameOrder(
      List<String> expected, List<String> heard, Page... pages) {
    await().untilAsserted(() -> assertThat(heard).containsExactlyInAnyOrderElementsOf(expected));
    everywhere(List.copyOf(heard), heard, pages);
  }

  @Test
  void directMessagesReachOnlyTheTwoAndAreThereAfterAReload() {
    try (BrowserContext annsBrowser = chromium.browser().newContext();
        BrowserContext bobsBrowser = chromium.browser().newContext();
        Program server = Program.switchboard("serve", "--port", "0", "--data", data.toString())) {
      int port = server.port();
      Page ann = pages.enter(annsBrowser, port, "ann");
      Page bob = pages.enter(bobsBrowser, port, "bob");
      ann.locator("[data-testid=member][data-user=bob]").click();
      ChatPages.say(ann, "psst");
      bob.locator("[data-testid=conversation][data-user=ann]").click();
      assertThat(bob.getByTestId("content")).hasText("psst");
      ChatPages.say(bob, "what?");
      assertThat(ann.getByTestId("content").nth(1)).hasText("what?");
      ann.reload();
      ChatPages.connected(ann);
      ann.locator("[data-testid=conversation][data-user=bob]").click();
      await()
          .untilAsserted(() -> assertThat(ChatPages.shown(ann)).containsExactly("psst", "what?"));
      ann.locator("[data-testid=room][data-room=general]").click();
      assertThat(ann.getByTestId("content")).hasCount(0);
    }
  }

  @Test
  void aNameBelongsToOneBrowser() {
    try (BrowserContext annsBrowser = chromium.browser().newContext();
        BrowserContext evesBrowser = chromium.browser().newContext();
        Program server = Program.switchboard("serve", "--port", "0", "--data", data.toString())) {
      int port = server.port();
      pages.enter(annsBrowser, port, "ann");
      Page annsSecondTab = annsBrowser.newPage();
      annsSecondTab.navigate("http://127.0.0.1:" + port + "/");
      ChatPages.connected(annsSecondTab);
      Page eve = evesBrowser.newPage();
      eve.navigate("http://127.0.0.1:" + port + "/");
      for (String name : List.of("ann", "Admin")) {
        eve.getByTestId("name-input").fill(name);
        eve.getByTestId("name-join").click();
        assertThat(eve.getByTestId("name-error")).not().isEmpty();
      }
    }
  }

  @Test
  void typingIsShownAndEndsByItself() {
    try (BrowserContext annsBrowser = chromium.browser().newContext();
        BrowserContext bobsBrowser = chromium.browser().newContext();
        Program server = Program.switchboard("serve", "--port", "0", "--data", data.toString())) {
      int port = server.port();
      Page ann = pages.enter(annsBrowser, port, "ann");
      Page bob = pages.enter(bobsBrowser, port, "bob");
      ann.getByTestId("composer").pressSequentially("he");
      assertThat(bob.getByTestId("typing")).containsText("ann");
      assertThat(bob.getByTestId("typing"))
          .isEmpty(new LocatorAssertions.IsEmptyOptions().setTimeout(10_000));
    }
  }
}
