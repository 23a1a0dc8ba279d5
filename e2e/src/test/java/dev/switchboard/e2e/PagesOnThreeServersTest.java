package dev.switchboard.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import dev.switchboard.chat.ChatClient;
import dev.switchboard.peers.RealPostgres;
import dev.switchboard.peers.TcpProxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The page in two browsers, on two of three servers, one of which is killed. */
@Tag("slow")
@Tag("C7")
@Tag("D5")
class PagesOnThreeServersTest {
  private static Chromium chromium;

  private final List<ClusterNode> nodes = new ArrayList<>();
  private final ChatPages pages = new ChatPages();

  @BeforeAll
  static void openBrowser() {
    chromium = Chromium.start();
  }

  @AfterAll
  static void closeBrowser() {
    chromium.close();
  }

  @AfterEach
  void closeServers() {
    nodes.forEach(ClusterNode::close);
  }

  /** Returns a balancer that leads to one server, and to the next if that is down. */
  private TcpProxy balancer(int preferred) {
    return new TcpProxy(() ->
        IntStream.range(preferred, preferred + nodes.size())
            .mapToObj(i -> nodes.get(i % nodes.size()))
            .filter(ClusterNode::up)
            .findFirst()
            .orElseThrow()
            .port());
  }

  @Test
  void aPageWhoseServerIsKilledGoesOnAtAnotherAndMissesNothing() throws Exception {
    List<String> heard = new CopyOnWriteArrayList<>();
    String url = RealPostgres.url();
    for (int i = 0; i < 3; i++) {
      nodes.add(new ClusterNode(url));
    }
    try (TcpProxy annsBalancer = balancer(0);
        TcpProxy bobsBalancer = balancer(1);
        BrowserContext annsBrowser = chromium.browser().newContext();
        BrowserContext bobsBrowser = chromium.browser().newContext();
        ChatClient robot = client(nodes.get(2), "robot")) {
      ChatClient ghost = client(nodes.getFirst(), "ghost");
      Page ann = pages.enter(annsBrowser, annsBalancer.port(), "ann");
      Page bob = pages.enter(bobsBrowser, bobsBalancer.port(), "bob");
      robot.onMessage(event -> heard.add(event.message().content()));
      for (ChatClient one : List.of(robot, ghost)) {
        one.connect();
        one.joinRoom("general", 50);
      }
      members(4, ann, bob);
      List<String> expected = new ArrayList<>();
      ChatPages.say(ann, say("one from ann", expected));
      ChatPages.sees(bob, "one from ann");
      ChatPages.say(bob, say("two from bob", expected));
      ChatPages.sees(ann, "two from bob");
      robot.sendMessage("general", say("three from the robot", expected));
      everywhere(expected, heard, ann, bob);

      nodes.getFirst().kill();
      ghost.close();
      ChatPages.say(ann, "four, on the way to another server");
      ChatPages.say(bob, "five, meanwhile");
      ChatPages.connected(ann);
      await().atMost(Duration.ofSeconds(20)).until(() -> heard.size() == 5);
      assertThat(heard.subList(3, 5))
          .containsExactlyInAnyOrder("four, on the way to another server", "five, meanwhile");
      ChatPages.say(ann, "six, here again");
      await().until(() -> heard.size() == 6);
      everywhere(List.copyOf(heard), heard, ann, bob);
      members(3, ann, bob);
      for (Page page : List.of(ann, bob)) {
        for (String name : List.of("ann", "bob", "robot")) {
          assertThat(page.locator("[data-testid=member][data-user=" + name + "]")).isVisible();
        }
      }
      ann.reload();
      ChatPages.connected(ann);
      everywhere(List.copyOf(heard), heard, ann, bob);
    }
    assertThat(pages.errors()).isEmpty();
  }

  private static ChatClient client(ClusterNode node, String name) {
    return ChatClient.of("ws://127.0.0.1:" + node.port() + "/ws", name);
  }

  private static String say(String text, List<String> said) {
    said.add(text);
    return text;
  }

  /** Waits until the pages list so many people, for as long as somebody may stay a ghost. */
  private static void members(int count, Page... all) {
    for (Page page : all) {
      assertThat(page.locator("[data-testid=member]"))
          .hasCount(count, new LocatorAssertions.HasCountOptions().setTimeout(15_000));
    }
  }

  private static void everywhere(List<String> expected, List<String> heard, Page... all) {
    await().untilAsserted(() -> assertThat(heard).containsExactlyElementsOf(expected));
    for (Page page : all) {
      await()
          .untilAsserted(
              () -> assertThat(ChatPages.shown(page)).containsExactlyElementsOf(expected));
    }
  }
}
