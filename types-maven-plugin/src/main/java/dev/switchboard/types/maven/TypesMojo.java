package dev.switchboard.types.maven;

import dev.switchboard.protocol.DefinitionException;
import dev.switchboard.types.TypeFiles;
import dev.switchboard.types.Types;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.maven.plugin.AbstractMojo;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugin.MojoFailureException;
import org.apache.maven.plugins.annotations.Parameter;
import org.jspecify.annotations.Nullable;

/** What the goals have in common. Maven sets the fields. Confined to one thread. */
abstract class TypesMojo extends AbstractMojo {
  /** The sealed interface of the messages, as Java names it: {@code shop.Messages$Chat}. */
  @Parameter(required = true, property = "switchboard.types.class")
  private String protocol = "";

  /** The module of TypeScript. */
  @Parameter private @Nullable File typescript;

  /** The AsyncAPI 3.0 document. */
  @Parameter private @Nullable File asyncApi;

  /** The JSON Schema of all messages. */
  @Parameter private @Nullable File jsonSchema;

  /** A JSON Schema of an earlier version, which no change may break. */
  @Parameter(property = "switchboard.types.against")
  private @Nullable File against;

  /** Refuses integers that JavaScript's numbers can't represent. */
  @Parameter(defaultValue = "false")
  private boolean exactNumbers;

  @Parameter(defaultValue = "${project.compileClasspathElements}", readonly = true)
  private List<String> classpath = List.of();

  /** Does what the goal is for. */
  abstract void files(TypeFiles files, Types types) throws IOException, MojoFailureException;

  @Override
  public void execute() throws MojoExecutionException, MojoFailureException {
    try {
      Types types =
          Types.load(protocol, classpath.stream().map(Path::of).filter(Files::exists).toList());
      if (exactNumbers) {
        var unused = types.requireExactNumbers();
      }
      if (against != null) {
        requireCompatible(types, against);
      }
      files(new TypeFiles(path(typescript), path(asyncApi), path(jsonSchema)), types);
    } catch (DefinitionException wrong) {
      throw new MojoFailureException(wrong.getMessage(), wrong);
    } catch (IOException failed) {
      throw new MojoExecutionException(failed.toString(), failed);
    }
  }

  private static @Nullable Path path(@Nullable File file) {
    return file == null ? null : file.toPath();
  }

  private static void requireCompatible(Types types, File earlier)
      throws IOException, MojoFailureException {
    List<String> breaks;
    try {
      breaks = types.breaksSince(Files.readString(earlier.toPath()));
    } catch (IllegalArgumentException wrong) {
      throw new MojoFailureException("against: " + earlier + ": " + wrong.getMessage(), wrong);
    }
    if (!breaks.isEmpty()) {
      throw new MojoFailureException(
          "against: "
              + breaks.size()
              + " changes break clients that run already:\n"
              + String.join("\n", breaks));
    }
  }
}
