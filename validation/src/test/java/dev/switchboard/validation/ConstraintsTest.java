package dev.switchboard.validation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.protocol.DefinitionException;
import dev.switchboard.protocol.InvalidMessageException;
import dev.switchboard.protocol.Protocol;
import dev.switchboard.protocol.Request;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Email;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("A14")
@Tag("B4")
class ConstraintsTest {
  sealed interface Shop {
    record Said(@NotBlank @Size(max = 5) String text) implements Shop {}

    record Ordered(
        @Size(min = 1) List<@Valid Item> items,
        Map<String, @Min(1) Integer> amounts,
        Optional<@Email String> mail)
        implements Shop {}

    record Login(@NotBlank String user, @Size(min = 8) String password) implements Shop {}

    record Asked(@Min(0) int page) implements Shop, Request<Page> {}

    record Free(String anything) implements Shop {}
  }

  record Item(@NotBlank String name, @Max(99) int count) {}

  record Page(@Size(max = 2) List<String> lines) {}

  private final Protocol<Shop> shop = Protocol.of(Shop.class);

  @Test
  void annotationsAreObeyedOnTheWayOut() {
    Shop.Said blank = new Shop.Said(" ");
    InvalidMessageException invalid = refused(blank);
    assertThat(invalid).hasMessage("data.text: \" \" (expected: must not be blank)");
    assertThat(invalid.path()).isEqualTo("data.text");
    assertThat(invalid.rule()).isEqualTo("NotBlank");
    assertThat(invalid.unsent()).containsSame(blank);
    assertThat(shop.encode(new Shop.Said("hi"))).isNotEmpty();
  }

  @Test
  void annotationsAreObeyedOnTheWayIn() {
    assertThatThrownBy(() ->
            shop.decode(shop.type(Shop.Said.class), "{\"text\":\"too long\"}".getBytes(UTF_8)))
        .isInstanceOfSatisfying(
            InvalidMessageException.class,
            invalid -> {
              assertThat(invalid.rule()).isEqualTo("Size");
              assertThat(invalid.unsent()).isEmpty();
            });
  }

  @Test
  void thePlaceIsThatInTheJson() {
    Item good = new Item("tea", 1);
    assertThat(refused(order(List.of(good, new Item("pot", 100)), Map.of())).path())
        .isEqualTo("data.items[1].count");
    assertThat(refused(order(List.of(), Map.of())).path()).isEqualTo("data.items");
    assertThat(refused(order(List.of(good), Map.of("tea", 0))).path())
        .isEqualTo("data.amounts.tea");
    assertThat(refused(new Shop.Ordered(List.of(good), Map.of(), Optional.of("nobody"))).path())
        .isEqualTo("data.mail");
  }

  @Test
  void ofSeveralBrokenRulesTheFirstByPlaceIsTold() {
    assertThat(refused(new Shop.Login(" ", "short")).path()).isEqualTo("data.password");
    assertThat(refused(order(List.of(new Item("", 100)), Map.of())).path())
        .isEqualTo("data.items[0].count");
  }

  @Test
  void aPasswordThatIsTooShortIsNotShown() {
    assertThat(refused(new Shop.Login("ann", "hunter2")).getMessage())
        .startsWith("data.password: a value that is not shown")
        .doesNotContain("hunter2");
  }

  @Test
  void repliesAreCheckedToo() {
    assertThat(refused(new Page(List.of("a", "b", "c"))).path()).isEqualTo("data.lines");
  }

  @Test
  void aMessageIsNeverAnExpression() {
    record Odd(@Size(max = 1, message = "${1+1} {max} ${validatedValue}") String text) {}
    Protocol<Odd> odd = Protocol.of(Odd.class);
    assertThatThrownBy(() -> odd.encode(new Odd("secret stuff")))
        .hasMessageContaining("${1+1} 1 ${validatedValue}");
  }

  @Test
  void aConstraintOnWhatItCannotCheckIsRefusedWhenTheProtocolIsDefined() {
    record Wrong(@NotBlank int number) {}
    assertThatThrownBy(() -> Protocol.of(Wrong.class))
        .isInstanceOf(DefinitionException.class)
        .hasMessageContaining("Wrong")
        .hasMessageContaining("NotBlank");
  }

  @Test
  void aRecordWithConstraintsWhoseHolderDoesNotSayValidIsRefused() {
    record Careless(List<Item> items) {}
    assertThatThrownBy(() -> Protocol.of(Careless.class))
        .isInstanceOf(DefinitionException.class)
        .hasMessageContaining("Careless.items")
        .hasMessageContaining("@Valid");
  }

  private InvalidMessageException refused(Object message) {
    try {
      shop.encode(message);
    } catch (InvalidMessageException invalid) {
      return invalid;
    }
    throw new AssertionError("not refused: " + message);
  }

  private static Shop.Ordered order(List<Item> items, Map<String, Integer> amounts) {
    return new Shop.Ordered(items, amounts, Optional.empty());
  }
}
