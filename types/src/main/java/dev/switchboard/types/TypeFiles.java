package dev.switchboard.types;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The files that are generated from a protocol. Immutable.
 *
 * @param typescript for {@link Types#typescript}; null if not wanted
 * @param asyncApi for {@link Types#asyncApi}; null if not wanted
 * @param jsonSchema for {@link Types#jsonSchema}; null if not wanted
 */
public record TypeFiles(
    @Nullable Path typescript, @Nullable Path asyncApi, @Nullable Path jsonSchema) {

  /**
   * Writes the files that differ, and the folders that they are in.
   *
   * @return those that were written
   */
  public List<Path> write(Types types) throws IOException {
    Map<Path, String> texts = texts(types);
    List<Path> stale = stale(texts);
    for (Path file : stale) {
      Path folder = file.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      Files.writeString(file, texts.get(file));
    }
    return stale;
  }

  /** Returns the files that are missing, or not what would be generated. */
  public List<Path> stale(Types types) throws IOException {
    return stale(texts(types));
  }

  private static List<Path> stale(Map<Path, String> texts) throws IOException {
    List<Path> stale = new ArrayList<>();
    for (Map.Entry<Path, String> file : texts.entrySet()) {
      if (!file.getValue().equals(read(file.getKey()))) {
        stale.add(file.getKey());
      }
    }
    return stale;
  }

  private Map<Path, String> texts(Types types) {
    Map<Path, String> texts = new LinkedHashMap<>();
    if (typescript != null) {
      texts.put(typescript, types.typescript());
    }
    if (asyncApi != null) {
      texts.put(asyncApi, types.asyncApi());
    }
    if (jsonSchema != null) {
      texts.put(jsonSchema, types.jsonSchema());
    }
    return texts;
  }

  /** Reads a file as it is in the repository: some systems check it out with other line ends. */
  private static String read(Path file) throws IOException {
    try {
      return Files.readString(file).replace("\r\n", "\n");
    } catch (NoSuchFileException none) {
      return "";
    }
  }
}
