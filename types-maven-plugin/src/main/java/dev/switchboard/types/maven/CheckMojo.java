package dev.switchboard.types.maven;

import dev.switchboard.types.TypeFiles;
import dev.switchboard.types.Types;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.maven.plugin.MojoFailureException;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.ResolutionScope;

/** Fails if a file is not what the records say. Writes nothing. */
@Mojo(
    name = "check",
    defaultPhase = LifecyclePhase.PROCESS_CLASSES,
    requiresDependencyResolution = ResolutionScope.COMPILE,
    threadSafe = true)
public final class CheckMojo extends TypesMojo {
  @Override
  void files(TypeFiles files, Types types) throws IOException, MojoFailureException {
    List<Path> stale = files.stale(types);
    if (!stale.isEmpty()) {
      throw new MojoFailureException(
          "check: "
              + stale
              + " not up to date (expected: generated again, with the goal generate)");
    }
  }
}
