package dev.switchboard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.e2e.Guest.Heard;
import java.util.List;
import java.util.Random;

/**
 * What a guest and a host that echoes do together, whoever they are. A host does what some texts
 * say: {@code pieces}, {@code ping} and {@code close}.
 */
final class Exchange {
  /** What a host answers {@code pieces} with, in fragments. */
  static final String LONG = "a long text, von Anfang bis Ende 你好 ".repeat(2_000);

  static final String PING = "are you there?";
  static final Heard.Closed HOST_CLOSES = new Heard.Closed(4002, "tschüss");
  static final Heard.Closed GUEST_CLOSES = new Heard.Closed(4001, "bis bald 👋");
  private static final List<Integer> SIZES =
      List.of(0, 1, 125, 126, 1_000, 65_535, 65_536, 200_000);

  private Exchange() {}

  static void messagesComeBackWhole(Guest guest) {
    Random random = new Random(1);
    for (int size : SIZES) {
      String text = "ü".repeat(size / 2) + "x".repeat(size % 2);
      guest.text(text);
      assertThat(guest.next()).isEqualTo(new Heard.Text(text));
      byte[] bytes = new byte[size];
      random.nextBytes(bytes);
      guest.binary(bytes);
      assertThat(guest.next()).isEqualTo(Heard.Binary.of(bytes));
    }
    for (int i = 0; i < 20; i++) { // alike, as a compressor's memory likes it
      guest.text("the same again and again, but for a number: " + i);
    }
    for (int i = 0; i < 20; i++) {
      assertThat(guest.next())
          .isEqualTo(new Heard.Text("the same again and again, but for a number: " + i));
    }
  }

  static void fragmentsArePutTogether(Guest guest, boolean sends) {
    if (sends) {
      guest.pieces("one, ", "", "zwei 你好, " + "and on ".repeat(500), "three");
      assertThat(guest.next())
          .isEqualTo(new Heard.Text("one, zwei 你好, " + "and on ".repeat(500) + "three"));
      String first = "a first piece that is worth compressing, ".repeat(100);
      guest.pieces(first, "", "zwei 你好, ", LONG, ""); // RSV1 on the first alone
      assertThat(guest.next()).isEqualTo(new Heard.Text(first + "zwei 你好, " + LONG));
    }
    guest.text("pieces");
    assertThat(guest.next()).isEqualTo(new Heard.Text(LONG));
  }

  static void pingsAreAnswered(Guest guest, boolean sends) {
    if (sends) {
      guest.ping("and you?");
      assertThat(guest.next()).isEqualTo(new Heard.Pong("and you?"));
    }
    guest.text("ping");
    assertThat(guest.next()).isEqualTo(new Heard.Text("pong " + PING));
  }

  static void theHostsCloseArrives(Guest guest) {
    guest.text("close");
    assertThat(guest.next()).isEqualTo(HOST_CLOSES);
  }
}
