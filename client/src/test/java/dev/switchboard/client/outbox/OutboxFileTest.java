package dev.switchboard.client.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.switchboard.client.outbox.OutboxRecord.Done;
import dev.switchboard.client.outbox.OutboxRecord.Stored;
import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.client.Command;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;
import org.slf4j.LoggerFactory;

/** What an outbox's file keeps, whatever happens to it. */
@Tag("A18")
class OutboxFileTest {
  @TempDir(factory = InMemory.class)
  Path folder;

  private Path path = Path.of("");

  @BeforeEach
  void name() {
    path = folder.resolve("outbox");
    log(Level.ERROR); // damage is what these tests do
  }

  @AfterEach
  void logAgain() {
    log(Level.WARN);
  }

  private static void log(Level level) {
    ((Logger) LoggerFactory.getLogger(OutboxFile.class)).setLevel(level);
  }

  /** A folder in memory where there is one: these tests sync a file some thousand times. */
  static final class InMemory implements TempDirFactory {
    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext extension)
        throws IOException {
      Path memory = Path.of("/dev/shm");
      return Files.isWritable(memory)
          ? Files.createTempDirectory(memory, "outbox")
          : Files.createTempDirectory("outbox");
    }
  }

  private static Stored message(long number) {
    List<Address> addresses =
        switch ((int) (number % 4)) {
          case 0 -> List.of(Address.room("général"));
          case 1 -> List.of(Address.user("bob"));
          case 2 -> List.of(Address.EVERYONE);
          default -> List.of(Address.room("a"), Address.room("b"));
        };
    byte[] data =
        number % 5 == 0
            ? null
            : "{\"n\":%d,\"x\":\"%s\"}"
                .formatted(number, "x".repeat((int) number % 7 * 10))
                .getBytes(StandardCharsets.UTF_8);
    return new Stored(
        number,
        1_000 + number,
        new Command.Publish(
            "chat", "id-" + number, addresses, addresses.size() > 1, number % 2 == 0, data));
  }

  private static List<Long> numbers(List<Stored> messages) {
    return messages.stream().map(Stored::number).toList();
  }

  private List<Stored> reopened() {
    List<Stored> restored = new ArrayList<>();
    OutboxFile.open(path, restored).close();
    return restored;
  }

  /** Writes messages 1–count, each third one done. Returns where each record ends. */
  private List<Integer> fill(int count) throws IOException {
    List<Integer> ends = new ArrayList<>();
    try (OutboxFile file = OutboxFile.open(path, new ArrayList<>())) {
      for (long number = 1; number <= count; number++) {
        file.write(List.of(message(file.nextNumber())));
        ends.add((int) Files.size(path));
        if (number % 3 == 0) {
          file.write(List.of(new Done(number)));
          ends.add((int) Files.size(path));
        }
      }
    }
    return ends;
  }

  @Test
  void whatIsNotDoneIsThereAgainInOrderAsItWas() throws IOException {
    fill(9);
    List<Stored> restored = reopened();
    assertThat(restored)
        .usingRecursiveComparison()
        .isEqualTo(LongStream.of(1, 2, 4, 5, 7, 8).mapToObj(OutboxFileTest::message).toList());
  }

  @Test
  void aFileThatEndsAnywhereHoldsWhatWasWholeAndCanBeWrittenOn() throws IOException {
    List<Integer> ends = fill(4);
    byte[] whole = Files.readAllBytes(path);
    for (int size = 0; size <= whole.length; size++) {
      Files.write(path, Arrays.copyOf(whole, size));
      TreeSet<Long> expected = new TreeSet<>();
      long number = 0;
      boolean done = false;
      for (int end : ends) {
        done = !done && number > 0 && number % 3 == 0;
        if (!done) {
          number++;
        }
        if (end <= size && !done) {
          expected.add(number);
        } else if (end <= size) {
          expected.remove(number);
        }
      }
      List<Stored> restored = new ArrayList<>();
      try (OutboxFile file = OutboxFile.open(path, restored)) {
        assertThat(numbers(restored)).as("cut at %d", size).containsExactlyElementsOf(expected);
        file.write(List.of(message(100)));
      }
      expected.add(100L);
      assertThat(numbers(reopened())).as("cut at %d", size).containsExactlyElementsOf(expected);
    }
    assertThat(folder.resolve("outbox.damaged")).doesNotExist();
  }

  @Test
  void aChangedByteCostsOneRecordAtMostAndTheFileIsKept() throws IOException {
    List<Integer> ends = fill(5);
    byte[] whole = Files.readAllBytes(path);
    List<Long> all = numbers(reopened());
    Path damaged = folder.resolve("outbox.damaged");
    for (int at = 0; at < whole.length; at++) {
      byte[] changed = whole.clone();
      changed[at] ^= 0x41;
      Files.write(path, changed);
      List<Long> restored = numbers(reopened());
      List<Long> lost = new ArrayList<>(all);
      lost.removeAll(restored);
      List<Long> back = new ArrayList<>(restored);
      back.removeAll(all); // its "done" is what was lost
      assertThat(lost.size() + back.size()).as("byte %d", at).isLessThanOrEqualTo(1);
      assertThat(restored).isSorted();
      boolean last = at >= ends.get(ends.size() - 2); // may look like a write that was not finished
      if (!last) {
        assertThat(damaged).as("byte %d", at).hasBinaryContent(changed);
      }
      Files.deleteIfExists(damaged);
      assertThat(numbers(reopened())).isEqualTo(restored);
      assertThat(damaged).as("repaired").doesNotExist();
    }
  }

  @Test
  void noiseBetweenRecordsCostsNone() throws IOException {
    List<Integer> ends = fill(7);
    byte[] whole = Files.readAllBytes(path);
    byte[] noise = new byte[500];
    new Random(1).nextBytes(noise);
    int cut = ends.get(3);
    byte[] mixed = new byte[whole.length + noise.length];
    System.arraycopy(whole, 0, mixed, 0, cut);
    System.arraycopy(noise, 0, mixed, cut, noise.length);
    System.arraycopy(whole, cut, mixed, cut + noise.length, whole.length - cut);
    Files.write(path, mixed);
    assertThat(numbers(reopened())).containsExactly(1L, 2L, 4L, 5L, 7L);
  }

  @Test
  void aFileThatIsSomethingElseIsLeftAlone() throws IOException {
    Files.writeString(path, "dear diary, today nothing happened\n");
    assertThatThrownBy(this::reopened)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "outbox: " + path + " is another kind of file (expected: an outbox, or no file)");
    assertThat(path).hasContent("dear diary, today nothing happened");
  }

  @Test
  void itStaysSmallAndLosesNothingWhenItIsMadeSmaller() throws IOException {
    try (OutboxFile file = OutboxFile.open(path, new ArrayList<>())) {
      byte[] data = "1".repeat(50_000).getBytes(StandardCharsets.UTF_8);
      for (int i = 1; i <= 500; i++) {
        long number = file.nextNumber();
        file.write(
            List.of(
                new Stored(
                    number,
                    0,
                    new Command.Publish(
                        "chat", "id" + i, List.of(Address.EVERYONE), false, true, data))));
        if (i % 10 != 0 || i <= 100) {
          file.write(List.of(new Done(number)));
        }
        assertThat(Files.size(path)).isLessThan(2L * file.size() * 51_000 + (2 << 20));
      }
    }
    assertThat(numbers(reopened()))
        .isEqualTo(LongStream.rangeClosed(11, 50).map(i -> i * 10).boxed().toList());
    assertThat(folder.resolve("outbox.new")).doesNotExist();
  }

  @Test
  void aHalfWrittenSmallerFileIsForgotten() throws IOException {
    fill(3);
    Files.write(folder.resolve("outbox.new"), new byte[] {1, 2, 3});
    assertThat(numbers(reopened())).containsExactly(1L, 2L);
    assertThat(folder.resolve("outbox.new")).doesNotExist();
  }

  @Test
  void nobodyElseMayReadItEvenIfTheyOnceCould() throws IOException {
    Files.createFile(
        path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r--r--")));
    reopened();
    for (String name : List.of("outbox", "outbox.lock")) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(name))))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void oneAtATimeHasIt() {
    OutboxFile first = OutboxFile.open(path, new ArrayList<>());
    assertThatThrownBy(this::reopened)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("outbox: " + path + " is in use (expected: one client at a time)");
    first.close();
    assertThat(reopened()).isEmpty();
  }
}
