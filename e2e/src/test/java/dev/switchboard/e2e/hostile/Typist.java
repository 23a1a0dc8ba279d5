package dev.switchboard.e2e.hostile;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.peers.BarePeer;
import dev.switchboard.peers.BarePeer.Frame;
import dev.switchboard.peers.Zip;
import dev.switchboard.protocol.format.Cbor;
import dev.switchboard.protocol.format.Json;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import tools.jackson.databind.JsonNode;

/**
 * A client of the protocol that types its messages, valid or not, on a bare socket. Not
 * thread-safe.
 */
final class Typist implements AutoCloseable {
  static final int TEXT = 0x81;
  static final int BINARY = 0x82;

  private final BarePeer peer;
  private final boolean binary;
  private final Zip zip = new Zip(true);

  private Typist(BarePeer peer, boolean binary) {
    this.peer = peer;
    this.binary = binary;
  }

  /** Upgrades, and reads nothing yet. */
  static Typist open(int port, String target, String... headers) {
    return new Typist(BarePeer.webSocket(port, target, headers), false);
  }

  /** Upgrades for CBOR. What is typed as JSON is sent as CBOR, and answers are read as JSON. */
  static Typist binary(int port, String target) {
    String cbor = "Sec-WebSocket-Protocol: switchboard.v1.cbor";
    return new Typist(BarePeer.webSocket(port, target, cbor), true);
  }

  BarePeer peer() {
    return peer;
  }

  /** Sends a message as it is. */
  Typist send(byte[] message) {
    peer.frame(binary ? BINARY : TEXT, message);
    return this;
  }

  /** Sends a message of well-formed JSON, in the encoding of the connection. */
  Typist say(String json) {
    return send(
        binary ? Cbor.MAPPER.writeValueAsBytes(Json.MAPPER.readTree(json)) : json.getBytes(UTF_8));
  }

  /** Returns the next frame that is not a ping, which is answered. */
  Frame frame() {
    Frame frame = peer.read();
    while (frame.opcode() == 9) {
      peer.frame(0x8a, frame.payload());
      frame = peer.read();
    }
    return frame;
  }

  /** Returns the next message, which must be the next thing to come. */
  JsonNode next() {
    Frame frame = frame();
    if (frame.opcode() == 8) {
      throw new AssertionError("closed with " + frame.code() + " " + reason(frame));
    }
    return (binary ? Cbor.MAPPER : Json.MAPPER).readTree(plain(frame));
  }

  private byte[] plain(Frame frame) {
    try {
      return zip.message(frame);
    } catch (DataFormatException broken) {
      throw new AssertionError(broken);
    }
  }

  /** Returns the next message, which must be of that type. */
  JsonNode next(String type) {
    JsonNode message = next();
    assertThat(message.path("type").asString()).as("the type of %s", message).isEqualTo(type);
    return message;
  }

  /** Says it, and returns the next message, which must be of that type. */
  JsonNode ask(String json, String type) {
    return say(json).next(type);
  }

  /** Expects nothing but the answer to a ping, and so that all was dealt with. */
  void expectNothing() {
    assertThat(ask("{\"type\":\"ping\",\"id\":\"still there\"}", "pong").get("re").asString())
        .isEqualTo("still there");
  }

  /** Expects that the server closes next and, when it has its answer, ends the stream. */
  void expectClose(int code, String reason) {
    Frame frame = frame();
    assertThat(frame.first()).as("a close frame, not %s %s", frame, frame.text()).isEqualTo(0x88);
    assertThat(frame.code()).as("the code; the reason is %s", reason(frame)).isEqualTo(code);
    assertThat(reason(frame)).contains(reason);
    expectEnd(frame);
  }

  /** Answers a close frame, and expects that the stream ends. */
  void expectEnd(Frame close) {
    try {
      peer.frame(0x88, Arrays.copyOf(close.payload(), 2));
    } catch (UncheckedIOException ended) {
      // After a violation the server does not wait for it.
    }
    assertThat(peer.ended()).as("the stream ends").isTrue();
  }

  static String reason(Frame close) {
    byte[] payload = close.payload();
    return payload.length <= 2 ? "" : new String(payload, 2, payload.length - 2, UTF_8);
  }

  /** Ends the session. */
  void leave() {
    peer.frame(0x88, new byte[] {1000 >> 8, (byte) 1000});
    close();
  }

  @Override
  public void close() {
    zip.end();
    peer.close();
  }
}
