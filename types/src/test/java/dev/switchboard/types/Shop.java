package dev.switchboard.types;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.switchboard.protocol.Fleeting;
import dev.switchboard.protocol.FromServer;
import dev.switchboard.protocol.Request;
import dev.switchboard.protocol.TypeName;
import jakarta.validation.Valid;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Email;
import jakarta.validation.constraints.Future;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Positive;
import jakarta.validation.constraints.Size;
import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A protocol with something of everything, of which the generated files are committed. */
sealed interface Shop {
  record Order(
      UUID id,
      @NotEmpty @Size(max = 100) List<@Valid Line> lines,
      Payment payment,
      @Nullable @NotBlank @Size(max = 500) String note,
      Optional<@Email String> mail,
      @Future Instant until,
      Map<String, @Size(max = 20) String> labels)
      implements Shop {}

  @TypeName("order.moved")
  record OrderMoved(UUID id, State to, @Min(0) @Max(9007199254740991L) long revision)
      implements Shop {}

  @Fleeting
  record Looking(@JsonProperty("article-no") @Pattern(regexp = "[A-Z]{2}\\d+") String article)
      implements Shop {}

  @FromServer
  record Price(String article, @Positive BigDecimal amount, long version) implements Shop {}

  record Find(@NotBlank String words, Set<State> states) implements Shop, Request<Found> {}

  @FromServer
  record Confirm(Duration within) implements Shop, Request<Confirmed> {}

  record Bell() implements Shop {}

  enum State {
    OPEN,
    @JsonProperty("on its way")
    ON_ITS_WAY,
    DELIVERED
  }

  record Line(String article, @Min(1) int amount, @DecimalMin("0.5") double weight) {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "by")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Card.class, name = "card"),
    @JsonSubTypes.Type(value = Invoice.class, name = "invoice")
  })
  sealed interface Payment {}

  record Card(@Size(min = 16, max = 16) String number, char check) implements Payment {}

  record Invoice(LocalDate due, URI terms) implements Payment {}

  record Found(List<Category> categories, boolean more, byte[] picture, JsonNode details) {}

  record Category(String name, List<Category> inside, Optional<Category> parent) {}

  record Confirmed(boolean yes) {}
}
