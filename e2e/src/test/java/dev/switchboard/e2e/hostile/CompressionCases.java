package dev.switchboard.e2e.hostile;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.peers.BarePeer;
import dev.switchboard.peers.Zip;
import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** Compressed messages that cost much, or are none (RFC 7692). */
final class CompressionCases {
  private static final String AREA = "compression bombs";
  private static final String OFFER = "Sec-WebSocket-Extensions: permessage-deflate";
  private static final int COMPRESSED = 0x40;
  private static final int MIB = 1 << 20;

  private final List<HostileCase> cases = new ArrayList<>();

  private CompressionCases() {}

  static List<HostileCase> all() {
    CompressionCases all = new CompressionCases();
    all.bombs();
    all.blocks();
    return all.cases;
  }

  /** What a client does that has agreed on compression at {@code /raw}, or {@code /ws}. */
  @FunctionalInterface
  private interface Peer {
    void does(BarePeer peer) throws Exception;
  }

  private void add(String name, String target, int code, String reason, Peer attacker) {
    cases.add(
        new HostileCase(
            AREA,
            name,
            site -> {
              try (Typist typist = Typist.open(site.port(), target, OFFER)) {
                if (target.startsWith("/ws")) {
                  typist.next("welcome");
                }
                attacker.does(typist.peer());
                typist.expectClose(code, reason);
              }
            }));
  }

  private static byte[] zipped(byte[] plain) {
    Zip zip = new Zip(false);
    try {
      return zip.deflate(plain);
    } finally {
      zip.end();
    }
  }

  private void bombs() {
    add(
        "64 MiB of zeros where 1 MiB is taken",
        "/raw",
        1009,
        "",
        peer -> peer.frame(Typist.BINARY | COMPRESSED, zipped(new byte[64 * MIB])));
    add(
        "64 MiB of one letter where 64 KiB are taken",
        "/ws?user=mallory",
        1009,
        "",
        peer -> {
          byte[] letters = new byte[64 * MIB];
          Arrays.fill(letters, (byte) 'a');
          peer.frame(Typist.TEXT | COMPRESSED, zipped(letters));
        });
    add(
        "one byte too much",
        "/raw",
        1009,
        "",
        peer -> peer.frame(Typist.BINARY | COMPRESSED, zipped(new byte[MIB + 1])));
    add(
        "a bomb in fragments of 16 bytes",
        "/raw",
        1009,
        "",
        peer -> {
          byte[] bomb = zipped(new byte[16 * MIB]);
          ByteArrayOutputStream out = new ByteArrayOutputStream();
          for (int at = 0; at < bomb.length; at += 16) {
            byte[] piece = Arrays.copyOfRange(bomb, at, Math.min(bomb.length, at + 16));
            out.writeBytes(peer.framed(at == 0 ? 0x02 | COMPRESSED : 0x00, piece));
          }
          try {
            peer.send(out.toByteArray());
          } catch (UncheckedIOException cutShort) {
            // The server has heard enough; its close is still to be read.
          }
        });
    add(
        "bombs one after another, each as large as may be, then one too large",
        "/raw",
        1009,
        "",
        peer -> {
          for (int i = 0; i < 8; i++) {
            peer.frame(Typist.BINARY | COMPRESSED, zipped(new byte[MIB]));
            peer.message();
          }
          peer.frame(Typist.BINARY | COMPRESSED, zipped(new byte[2 * MIB]));
        });
    cases.add(
        new HostileCase(
            AREA,
            "JSON of 60 KiB in 100 bytes",
            site -> {
              try (Typist typist = Typist.open(site.port(), "/ws?user=mallory", OFFER)) {
                typist.next("welcome");
                String nested = "{\"type\":\"ask\",\"id\":7,\"x\":" + "[".repeat(60_000);
                typist.peer().frame(Typist.TEXT | COMPRESSED, zipped(nested.getBytes(UTF_8)));
                assertThat(typist.next("error").get("message").asString())
                    .contains("nested too deeply");
                typist.expectNothing();
                typist.leave();
              }
            }));
  }

  /** A compressed message of that payload. */
  private void block(String name, String payload, int code, String reason) {
    add(
        name,
        "/raw",
        code,
        reason,
        peer ->
            peer.frame(
                Typist.BINARY | COMPRESSED, HexFormat.of().parseHex(payload.replace(" ", ""))));
  }

  private void blocks() {
    block("a block of the reserved type", "07 00", 1007, "");
    block("a stored block whose lengths differ", "01 05 00 00 00", 1007, "");
    block("a distance before the beginning", "4a 04 62 00", 1007, "");
    block("a code table that is none", "05 ff ff ff ff ff ff ff ff", 1007, "");
    add(
        "10,000 empty blocks and no byte, a text that is not UTF-8 after it",
        "/raw",
        1007,
        "",
        peer -> {
          byte[] empty = new byte[50_000];
          for (int i = 0; i < empty.length; i += 5) {
            empty[i + 3] = (byte) 0xff;
            empty[i + 4] = (byte) 0xff;
          }
          peer.frame(0x01 | COMPRESSED, empty);
          peer.frame(0x80, zipped(new byte[] {(byte) 0xff}));
        });
    add("a compressed ping", "/raw", 1002, "", peer -> peer.frame(0xc9, "p"));
    add("a compressed close", "/raw", 1002, "", peer -> peer.frame(0xc8, new byte[0]));
    add(
        "the bit of compression in a second fragment",
        "/raw",
        1002,
        "",
        peer -> peer.frame(0x02, "a").frame(0xc0, "b"));
    add("the second reserved bit", "/raw", 1002, "", peer -> peer.frame(0xa1, "a"));
    add("the third reserved bit", "/raw", 1002, "", peer -> peer.frame(0x91, "a"));
    cases.add(
        new HostileCase(
            AREA,
            "the bit of compression where none was agreed on",
            site -> {
              try (Typist typist = Typist.open(site.port(), "/raw")) {
                typist.peer().frame(0xc1, zipped("hello".getBytes(UTF_8)));
                typist.expectClose(1002, "");
              }
            }));
  }
}
