package dev.switchboard.types.maven;

import dev.switchboard.types.TypeFiles;
import dev.switchboard.types.Types;
import java.io.IOException;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.ResolutionScope;

/** Writes the files that differ from what the records say. */
@Mojo(
    name = "generate",
    defaultPhase = LifecyclePhase.PROCESS_CLASSES,
    requiresDependencyResolution = ResolutionScope.COMPILE,
    threadSafe = true)
public final class GenerateMojo extends TypesMojo {
  @Override
  void files(TypeFiles files, Types types) throws IOException {
    files.write(types).forEach(file -> getLog().info("wrote " + file));
  }
}
