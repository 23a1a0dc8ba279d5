package dev.switchboard.cli;

import dev.switchboard.protocol.DefinitionException;
import dev.switchboard.types.TypeFiles;
import dev.switchboard.types.Types;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Generates files in other languages from the records of a protocol. */
@Command(
    name = "types",
    description =
        "Generates TypeScript, AsyncAPI and JSON Schema from a protocol's records. "
            + "Without a file, prints TypeScript.",
    mixinStandardHelpOptions = true)
final class TypesCommand implements Callable<Integer> {
  @Option(
      names = "--class",
      paramLabel = "NAME",
      required = true,
      description = "The sealed interface of the messages, as Java names it: shop.Messages$Chat.")
  private String name = "";

  @Option(
      names = "--classpath",
      paramLabel = "PATH",
      defaultValue = ".",
      description = "Where it and what it needs are: folders and jars (default: this folder).")
  private String classpath = "";

  @Option(names = "--ts", paramLabel = "FILE", description = "The module of TypeScript.")
  private @Nullable Path typescript;

  @Option(names = "--asyncapi", paramLabel = "FILE", description = "The AsyncAPI 3.0 document.")
  private @Nullable Path asyncApi;

  @Option(names = "--schema", paramLabel = "FILE", description = "The JSON Schema of all messages.")
  private @Nullable Path schema;

  @Option(
      names = "--check",
      description = "Writes nothing; fails if a file is not what would be written.")
  private boolean check;

  @Option(
      names = "--against",
      paramLabel = "FILE",
      description =
          "A JSON Schema of an earlier version. "
              + "Fails, and writes nothing, if a change since then breaks clients that run already.")
  private @Nullable Path against;

  @Option(
      names = "--exact-numbers",
      description = "Refuses integers that JavaScript's numbers can't represent.")
  private boolean exactNumbers;

  @Override
  public Integer call() throws IOException {
    try {
      Types types =
          Types.load(name, Stream.of(classpath.split(File.pathSeparator)).map(Path::of).toList());
      return generate(exactNumbers ? types.requireExactNumbers() : types);
    } catch (DefinitionException wrong) {
      throw new Switchboard.Failure(String.valueOf(wrong.getMessage()));
    }
  }

  private int generate(Types types) throws IOException {
    if (against != null) {
      List<String> breaks = breaks(types, against);
      breaks.forEach(System.err::println);
      if (!breaks.isEmpty()) {
        throw new Switchboard.Failure(
            "--against: " + breaks.size() + " changes break clients that run already");
      }
    }
    TypeFiles files = new TypeFiles(typescript, asyncApi, schema);
    if (files.equals(new TypeFiles(null, null, null))) {
      if (against == null) {
        System.out.print(types.typescript());
      }
    } else if (check) {
      List<Path> stale = files.stale(types);
      if (!stale.isEmpty()) {
        throw new Switchboard.Failure(
            "--check: " + stale + " not up to date (expected: generated again, without --check)");
      }
    } else {
      files.write(types).forEach(file -> System.out.println("wrote " + file));
    }
    return 0;
  }

  private static List<String> breaks(Types types, Path earlier) {
    try {
      return types.breaksSince(Files.readString(earlier));
    } catch (IOException unreadable) {
      throw new Switchboard.Failure(
          "--against: " + earlier + " can't be read (expected: a file of --schema)");
    } catch (IllegalArgumentException wrong) {
      throw new Switchboard.Failure("--against: " + earlier + ": " + wrong.getMessage());
    }
  }
}
