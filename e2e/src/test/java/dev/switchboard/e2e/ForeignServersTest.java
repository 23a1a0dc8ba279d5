package dev.switchboard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.e2e.Guest.Heard;
import dev.switchboard.transport.Deflate;
import dev.switchboard.transport.IoKind;
import dev.switchboard.transport.netty.Loops;
import java.net.URI;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Our transport as a client of other people's servers, and of ours. */
@Tag("slow")
@Tag("A21")
class ForeignServersTest {
  /** A server that echoes and takes the commands of {@link Exchange}. */
  interface Host extends AutoCloseable {
    URI uri();

    /** How the next connection ended. */
    Heard.Closed closed();

    @Override
    void close();
  }

  /** Our own. */
  private static final class OurHost implements Host {
    private final EchoHost host = new EchoHost();

    @Override
    public URI uri() {
      return host.uri("/takeover");
    }

    @Override
    public Heard.Closed closed() {
      return host.closed();
    }

    @Override
    public void close() {
      host.close();
    }
  }

  enum Kind {
    NPM_WS,
    JETTY,
    OURS;

    Host start() {
      return switch (this) {
        case NPM_WS -> new NodeHost();
        case JETTY -> new JettyHost();
        case OURS -> new OurHost();
      };
    }
  }

  record Row(Kind kind, @Nullable Deflate deflate) {}

  private static Stream<Row> rows() {
    return Stream.of(Kind.values())
        .flatMap(kind ->
            Stream.of(
                new Row(kind, null),
                new Row(kind, Deflate.DEFAULT),
                new Row(kind, Deflate.TAKEOVER)));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void messagesFragmentsPingsAndClosesGoBothWays(Row row) {
    try (Loops loops = Loops.of(IoKind.best(), 1);
        Host host = row.kind.start()) {
      for (boolean weClose : List.of(true, false)) {
        try (Guest guest = new TransportGuest(loops, host.uri(), row.deflate)) {
          assertThat(guest.extensions().contains("permessage-deflate"))
              .isEqualTo(row.deflate != null);
          Exchange.messagesComeBackWhole(guest);
          Exchange.fragmentsArePutTogether(guest, true);
          Exchange.pingsAreAnswered(guest, true);
          if (weClose) {
            guest.end(Exchange.GUEST_CLOSES.code(), Exchange.GUEST_CLOSES.reason());
            assertThat(host.closed()).isEqualTo(Exchange.GUEST_CLOSES);
            assertThat(guest.next()).isInstanceOf(Heard.Closed.class);
          } else {
            Exchange.theHostsCloseArrives(guest);
          }
        }
      }
    }
  }
}
