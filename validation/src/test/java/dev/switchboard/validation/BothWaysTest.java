package dev.switchboard.validation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.client.Client;
import dev.switchboard.client.ClientEvent;
import dev.switchboard.client.ConnectionState;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.InvalidMessageException;
import dev.switchboard.protocol.Protocol;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.Request;
import dev.switchboard.protocol.TypeName;
import dev.switchboard.server.Addresses;
import dev.switchboard.server.Endpoint;
import dev.switchboard.server.Server;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Rules between a client and a server, of which only one has them. */
@Tag("A14")
@Tag("B4")
class BothWaysTest {
  sealed interface Strict {
    @TypeName("said")
    record Said(@NotBlank @Size(max = 5) String text) implements Strict {}

    @TypeName("asked")
    record Asked(int page) implements Strict, Request<Page> {}
  }

  @TypeName("page")
  record Page(@Size(max = 3) String text) {}

  sealed interface Loose {
    @TypeName("said")
    record Said(String text) implements Loose {}

    @TypeName("asked")
    record Asked(int page) implements Loose, Request<LoosePage> {}
  }

  @TypeName("page")
  record LoosePage(String text) {}

  private static final String SCHEMA =
      "{\"properties\":{\"text\":{\"type\":\"string\",\"pattern\":\"^[a-z ]*$\"}}}";

  @Test
  void aServerAnswersInvalidWithPathAndRuleAndTheConnectionLivesOn() {
    try (Server server = strict(UnaryOperator.identity());
        Client<Loose> client = Client.of(Loose.class).connect(url(server))) {
      assertThat(refusal(client, "much too long").details())
          .containsEntry("path", "data.text")
          .containsEntry("rule", "Size");
      assertThat(client.join("general").publish(new Loose.Said("fine")).seq()).isEqualTo(1);
      assertThat(client.state()).isEqualTo(ConnectionState.OPEN);
    }
  }

  @Test
  void aServersSchemasAndOwnValidatorsAreAskedToo() {
    UnaryOperator<Protocol<Strict>> rules =
        protocol ->
            Schemas.NONE
                .with("said", SCHEMA)
                .on(protocol)
                .with(
                    Strict.Said.class,
                    said -> {
                      if (said.text().contains("spam")) {
                        throw InvalidMessageException.of(
                            "data.text", "polite", said.text(), "no advertising");
                      }
                    });
    try (Server server = strict(rules);
        Client<Loose> client = Client.of(Loose.class).connect(url(server))) {
      assertThat(refusal(client, "HI").details()).containsEntry("rule", "pattern");
      assertThat(refusal(client, "spam"))
          .hasMessageContaining("data.text: \"spam\" (expected: no advertising)");
    }
  }

  @Test
  void aValidatorThatFailsCostsOnlyItsSenderAnError() {
    UnaryOperator<Protocol<Strict>> broken =
        protocol ->
            protocol.with(
                Strict.Said.class,
                said -> {
                  if (said.text().equals("boom")) {
                    throw new IllegalStateException("not for clients");
                  }
                });
    try (Server server = strict(broken);
        Client<Loose> client = Client.of(Loose.class).connect(url(server))) {
      RefusedException refused = refusal(client, "boom", ErrorCode.INTERNAL);
      assertThat(refused.getMessage()).doesNotContain("not for clients");
      assertThat(client.join("general").publish(new Loose.Said("fine")).seq()).isEqualTo(1);
    }
  }

  @Test
  void whatAServerMayNotSendIsItsOwnFault() {
    try (Server server = strict(UnaryOperator.identity());
        Client<Loose> client = Client.of(Loose.class).connect(url(server))) {
      assertThatThrownBy(() -> client.request(new Loose.Asked(1)))
          .isInstanceOfSatisfying(
              RefusedException.class,
              refused -> assertThat(refused.code()).isEqualTo(ErrorCode.INTERNAL));
    }
  }

  @Test
  void aClientReportsWhatCameInAndGoesOn() {
    Endpoint<Loose> loose = Endpoint.of(Loose.class);
    try (Server server = serve(loose);
        Client<Strict> client = Client.of(Strict.class).connect(url(server))) {
      List<String> heard = new CopyOnWriteArrayList<>();
      List<ClientEvent.ValidationError> errors = new CopyOnWriteArrayList<>();
      client.on(Strict.Said.class, event -> heard.add(event.message().text()));
      client.events(ClientEvent.ValidationError.class, errors::add);
      client.join("general");
      loose.room("general").publish(new Loose.Said("much too long"));
      loose.room("general").publish(new Loose.Said("fine"));
      await().until(() -> heard.equals(List.of("fine")));
      assertThat(errors).hasSize(1);
      assertThat(errors.get(0).error().path()).isEqualTo("data.text");
      assertThat(errors.get(0).error().rule()).isEqualTo("Size");
      assertThat(errors.get(0).type()).isEqualTo("said");
    }
  }

  @Test
  void aClientRefusesBeforeTheWireAndGivesTheMessageBack() {
    List<String> arrived = new CopyOnWriteArrayList<>();
    Endpoint<Loose> loose =
        Endpoint.of(Loose.class).on(Loose.Said.class, (said, from) -> arrived.add(said.text()));
    try (Server server = serve(loose);
        Client<Strict> client = Client.of(Strict.class).connect(url(server))) {
      Strict.Said blank = new Strict.Said(" ");
      assertThatThrownBy(() -> client.send(blank))
          .isInstanceOfSatisfying(
              InvalidMessageException.class,
              invalid -> assertThat(invalid.unsent()).containsSame(blank));
      client.send(new Strict.Said("fine"));
      assertThat(arrived).containsExactly("fine");
    }
  }

  private static Server strict(UnaryOperator<Protocol<Strict>> rules) {
    return serve(
        Endpoint.of(rules.apply(Protocol.of(Strict.class)))
            .clientsMayPublish(Strict.class, Addresses.rooms())
            .reply(Strict.Asked.class, (asked, from) -> new Page("too long")));
  }

  private static Server serve(Endpoint<?> endpoint) {
    return Server.builder().host("127.0.0.1").port(0).endpoint("/ws", endpoint).start();
  }

  private static String url(Server server) {
    return "ws://127.0.0.1:" + server.port() + "/ws";
  }

  private static RefusedException refusal(Client<Loose> client, String text) {
    return refusal(client, text, ErrorCode.INVALID);
  }

  private static RefusedException refusal(Client<Loose> client, String text, ErrorCode code) {
    try {
      client.join("general").publish(new Loose.Said(text));
    } catch (RefusedException refused) {
      assertThat(refused.code()).isEqualTo(code);
      return refused;
    }
    throw new AssertionError("not refused: " + text);
  }
}
