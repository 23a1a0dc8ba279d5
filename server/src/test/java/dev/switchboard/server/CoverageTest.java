package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.Fleeting;
import dev.switchboard.protocol.Protocol;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.Request;
import dev.switchboard.server.delivery.FleetingPolicies;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What is given for an interface is for all its messages, and what could never run is refused. */
@Tag("D4")
class CoverageTest {
  sealed interface Shop {
    sealed interface Order extends Shop {}

    record Buy(String item) implements Order {}

    record Sell(String item) implements Order, Rush {}

    sealed interface Rush extends Shop {}

    record Note(String text) implements Shop {}

    @Fleeting
    record Cursor(int x) implements Shop {}

    sealed interface Question extends Shop, Request<Answer> {}

    record Stock(String item) implements Question {}

    record Price(String item) implements Question {}
  }

  record Answer(String text) {}

  private final List<String> seen = new CopyOnWriteArrayList<>();
  private final List<Server> started = new CopyOnWriteArrayList<>();

  private Wire ann(Endpoint<Shop> endpoint) {
    endpoint.identify(request -> Verdict.allow("ann"));
    Server server = Server.builder().port(0).endpoint("/ws", endpoint).start();
    started.add(server);
    Wire ann = Wire.welcomed(server.port(), "ann");
    ann.ask("{\"type\":\"join_room\",\"room\":\"r\",\"id\":\"join\"}");
    return ann;
  }

  @AfterEach
  void stop() {
    started.forEach(Server::close);
  }

  private static String code(Wire ann, String message) {
    return ann.ask(message).path("code").asString("");
  }

  @Test
  void aHookForAnInterfaceStandsBeforeEachOfItsMessages() {
    Endpoint<Shop> endpoint =
        Endpoint.of(Shop.class)
            .clientsMayPublish(Shop.class, Addresses.rooms(), Addresses.users())
            .onPublish(
                Shop.Order.class,
                (order, publishing) -> {
                  throw new RefusedException(ErrorCode.FORBIDDEN, "closed");
                });
    try (Wire ann = ann(endpoint)) {
      assertThat(code(ann, "{\"type\":\"buy\",\"room\":\"r\",\"id\":1,\"data\":{\"item\":\"x\"}}"))
          .isEqualTo("forbidden");
      assertThat(code(ann, "{\"type\":\"sell\",\"room\":\"r\",\"id\":2,\"data\":{\"item\":\"x\"}}"))
          .isEqualTo("forbidden");
      assertThat(code(ann, "{\"type\":\"note\",\"room\":\"r\",\"id\":3,\"data\":{\"text\":\"x\"}}"))
          .isEmpty();
    }
  }

  @Test
  void allHooksOfAMessageRunInTheOrderTheyWereGivenUntilOneRefuses() {
    Endpoint<Shop> endpoint =
        Endpoint.of(Shop.class)
            .clientsMayPublish(Shop.class, Addresses.rooms(), Addresses.users())
            .onPublish(Shop.Buy.class, (buy, publishing) -> seen.add("buy"))
            .onPublish(Shop.class, (any, publishing) -> seen.add("any"))
            .onPublish(
                Shop.Order.class,
                (order, publishing) -> {
                  seen.add("order");
                  throw new RefusedException(ErrorCode.FORBIDDEN, "closed");
                })
            .onPublish(Shop.Rush.class, (order, publishing) -> seen.add("rush"));
    try (Wire ann = ann(endpoint)) {
      ann.ask("{\"type\":\"buy\",\"room\":\"r\",\"id\":1,\"data\":{\"item\":\"x\"}}");
      assertThat(seen).containsExactly("buy", "any", "order");
      seen.clear();
      ann.ask("{\"type\":\"sell\",\"room\":\"r\",\"id\":2,\"data\":{\"item\":\"x\"}}");
      assertThat(seen).containsExactly("any", "order");
    }
  }

  @Test
  void aHandlerForAnInterfaceTakesItsMessagesButThoseWithAHandlerOfTheirOwn() {
    Endpoint<Shop> endpoint =
        Endpoint.of(Shop.class)
            .on(Shop.Buy.class, (buy, from) -> seen.add("buy"))
            .on(Shop.class, (any, from) -> seen.add("any"))
            .on(Shop.Order.class, (order, from) -> seen.add("order"));
    try (Wire ann = ann(endpoint)) {
      ann.ask("{\"type\":\"note\",\"id\":1,\"data\":{\"text\":\"x\"}}");
      ann.ask("{\"type\":\"sell\",\"id\":2,\"data\":{\"item\":\"x\"}}");
      ann.ask("{\"type\":\"buy\",\"id\":3,\"data\":{\"item\":\"x\"}}");
      assertThat(seen).containsExactly("any", "order", "buy");
      assertThat(code(ann, "{\"type\":\"stock\",\"id\":4,\"data\":{\"item\":\"x\"}}"))
          .as("a request is answered by a replier only")
          .isEqualTo("unknown_type");
    }
  }

  @Test
  void aReplierForAnInterfaceAnswersEachOfItsRequests() {
    Endpoint<Shop> endpoint =
        Endpoint.of(Shop.class)
            .reply(Shop.Question.class, (question, from) -> new Answer("any"))
            .reply(Shop.Price.class, (price, from) -> new Answer("price"));
    try (Wire ann = ann(endpoint)) {
      assertThat(
              ann.ask("{\"type\":\"stock\",\"id\":1,\"data\":{\"item\":\"x\"}}")
                  .at("/data/text")
                  .asString())
          .isEqualTo("any");
      assertThat(
              ann.ask("{\"type\":\"price\",\"id\":2,\"data\":{\"item\":\"x\"}}")
                  .at("/data/text")
                  .asString())
          .isEqualTo("price");
    }
  }

  @Test
  void aPolicyForAnInterfaceHoldsForItsMessagesButThoseWithAPolicyOfTheirOwn() {
    SlowConsumerPolicies<Shop> slowConsumerPolicies =
        new SlowConsumerPolicies<>(Protocol.of(Shop.class));
    slowConsumerPolicies.of(Shop.class, SlowConsumerPolicy.newest());
    slowConsumerPolicies.of(Shop.Cursor.class, SlowConsumerPolicy.close());
    assertThat(slowConsumerPolicies.policy("buy")).isEqualTo(FleetingPolicies.Policy.NEWEST);
    assertThat(slowConsumerPolicies.policy("cursor")).isEqualTo(FleetingPolicies.Policy.CLOSE);
  }

  @Test
  void serverCodePublishesWhatIsKeptAndSendsWhatIsFleetingTheOtherWay() {
    Destination<Shop> room = Endpoint.of(Shop.class).room("r");
    Shop.Cursor fleeting = new Shop.Cursor(1);
    for (ThrowingCallable kept :
        List.<ThrowingCallable>of(
            () -> room.publish(fleeting), () -> room.publishAsync(fleeting, null))) {
      assertThatThrownBy(kept)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(
              "type: cursor is fleeting (expected: fleeting, because nobody acknowledges it)");
    }
    assertThatThrownBy(() -> room.fleeting(new Shop.Buy("tea")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(
            "type: buy is not fleeting (expected: publish, so that it can't be lost)");
  }

  @Test
  void oneConnectionGetsOnlyWhatIsFleetingAndWhatMustArriveGoesToTheInbox() {
    Endpoint<Shop> endpoint = Endpoint.of(Shop.class);
    try (Wire ann = ann(endpoint)) {
      Peer<Shop> peer = endpoint.peersOf("ann").getFirst();
      assertThatThrownBy(() -> peer.fleeting(new Shop.Buy("tea")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "type: buy is not fleeting (expected: inbox().publish, so that it can't be lost)");
      peer.fleeting(new Shop.Cursor(1));
      assertThat(ann.next().get("type").stringValue()).isEqualTo("cursor");
      assertThat(peer.inbox().publish(new Shop.Buy("tea"))).isEqualTo(1);
      JsonNode bought = ann.next("buy");
      assertThat(bought.get("user").stringValue()).isEqualTo("ann");
      assertThat(bought.get("seq").intValue()).isEqualTo(1);
    }
  }

  @Test
  void whatCouldNeverRunIsRefusedWhenItIsGiven() {
    Endpoint<Shop> endpoint = Endpoint.of(Shop.class);
    assertThatThrownBy(() -> endpoint.onPublish(Shop.Stock.class, (stock, publishing) -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Stock is a request (expected: reply");
    assertThatThrownBy(() -> endpoint.on(Shop.Stock.class, (stock, from) -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Stock is a request (expected: reply");
    assertThatThrownBy(() -> endpoint.on(Shop.Question.class, (question, from) -> {}))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> endpoint.slowConsumers(Shop.Stock.class, SlowConsumerPolicy.newest()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> endpoint.reply(Foreign.class, (foreign, from) -> new Answer("")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Foreign (expected: ")
        .hasMessageContaining("Shop");
  }

  record Foreign() implements Request<Answer> {}

  @Test
  void twoForOneMessageAreRefusedUnlessOneIsMoreSpecific() {
    Endpoint<Shop> endpoint = Endpoint.of(Shop.class).on(Shop.Order.class, (order, from) -> {});
    assertThatThrownBy(() -> endpoint.on(Shop.Order.class, (order, from) -> {}))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Order: has one already");
    assertThatThrownBy(() -> endpoint.on(Shop.Rush.class, (rush, from) -> {}))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Order")
        .hasMessageContaining("Sell");
    endpoint
        .on(Shop.Sell.class, (sell, from) -> seen.add("sell"))
        .on(Shop.Rush.class, (rush, from) -> seen.add("rush"));
    try (Wire ann = ann(endpoint)) {
      ann.ask("{\"type\":\"sell\",\"id\":2,\"data\":{\"item\":\"x\"}}");
      assertThat(seen).containsExactly("sell");
    }
  }
}
