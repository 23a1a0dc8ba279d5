package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.server.session.Connection;
import dev.switchboard.server.session.Session;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Connections that take sessions from each other at the same moment, on loops of their own. */
@Tag("D2")
final class TakeoverTest {
  private final SimWorld world = new SimWorld(1);
  private final SimServer server =
      new SimServer(world, new SimStore(world, false), false, endpoint -> {});
  private final SimVisitor ann = connect();
  private final SimVisitor bob = onAnotherLoopThan(ann);

  private SimVisitor connect() {
    SimVisitor visitor = new SimVisitor(world, "").connect(server);
    world.run(10_000);
    assertThat(visitor.heard("welcome")).hasSize(1);
    return visitor;
  }

  private SimVisitor onAnotherLoopThan(SimVisitor other) {
    SimVisitor visitor = connect();
    while (visitor.link().eventLoop().equals(other.link().eventLoop())) {
      visitor = connect();
    }
    return visitor;
  }

  private static String resume(SimVisitor visitor) {
    JsonNode welcome = visitor.heard("welcome").getFirst();
    return "{\"type\":\"resume\",\"id\":0,\"session\":%s,\"secret\":%s,\"logs\":[]}"
        .formatted(welcome.get("session"), welcome.get("secret"));
  }

  private Session session(SimVisitor visitor) {
    String id = visitor.heard("welcome").getFirst().get("session").stringValue();
    return Objects.requireNonNull(server.hub().session(id));
  }

  private Connection connection(SimVisitor visitor) {
    return Objects.requireNonNull(session(visitor).connection());
  }

  @Test
  void ofTwoSessionsThatResumeEachOtherOneIsLeft() {
    Connection bobs = connection(bob);
    String resumeAnn = resume(ann);
    bob.link()
        .whenAsked(
            () -> bobs.onText(Unpooled.wrappedBuffer(resumeAnn.getBytes(StandardCharsets.UTF_8))));
    ann.say(resume(bob));
    world.run(20_000);
    assertThat(ann.type(0)).isEqualTo("resumed");
    assertThat(ann.closedWith()).isZero();
    assertThat(bob.closedWith()).isEqualTo(4509);
    assertThat(session(bob).connection()).isNotNull();
    ann.join("r", 1);
    world.run(10_000);
    assertThat(ann.type(1)).isEqualTo("room_joined");
  }

  @Test
  void whoIsAboutToBeRefusedKeepsItsSession() {
    Session anns = session(ann);
    Session bobs = session(bob);
    Connection annsConnection = connection(ann);
    Connection bobsConnection = connection(bob);
    assertThat(anns.end(annsConnection)).isTrue();
    assertThat(bobs.end(bobsConnection)).isTrue();
    assertThat(bobs.attach(annsConnection).gone()).isTrue();
    assertThat(anns.attach(bobsConnection).gone()).isTrue();
    anns.goOn();
    bobs.goOn();
    assertThat(anns.isOf(annsConnection)).isTrue();
    assertThat(anns.attach(bobsConnection).former()).isSameAs(annsConnection);
  }
}
