package dev.switchboard.server.http;

import dev.switchboard.transport.Headers;
import dev.switchboard.transport.HttpRequest;
import dev.switchboard.transport.HttpResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Serves static files from the class path, which are read once and cached. Each has an {@code ETag}
 * of its content, so browsers revalidate with 304, and nothing stale is served after an update.
 * Only names inside the resource folder are found, each by one path: none that begin with a dot, so
 * {@code ..} never leaves the folder. Thread-safe.
 */
public final class Files {
  private static final int MAX_FILES = 1_000;
  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "json", "application/json",
          "svg", "image/svg+xml",
          "png", "image/png",
          "ico", "image/x-icon",
          "webmanifest", "application/manifest+json",
          "txt", "text/plain; charset=utf-8");

  private final Class<?> owner;
  private final String folder;
  private final Headers headers;
  private final Map<String, File> files = new ConcurrentHashMap<>();

  private record File(String tag, String type, byte[] content) {}

  /**
   * Serves the files beside a class.
   *
   * @param owner the class whose loader finds the files
   * @param folder the absolute resource folder, with a slash at both ends
   * @param headers sent with each file
   */
  public Files(Class<?> owner, String folder, Headers headers) {
    boolean whole = folder.startsWith("/") && folder.endsWith("/");
    if (!whole
        || (owner.getResource(folder) == null // a jar need not list its folders
            && owner.getResource(folder + "index.html") == null)) {
      throw new IllegalArgumentException(
          "folder: "
              + folder
              + " (expected: a resource folder beside "
              + owner.getName()
              + ", as /com/example/web/)");
    }
    this.owner = owner;
    this.folder = folder;
    this.headers = headers;
  }

  /**
   * Returns the response to a GET or HEAD of a path relative to the folder, or empty if there is no
   * such file.
   */
  Optional<HttpResponse> serve(HttpRequest request, String path) {
    File file = find(path.isEmpty() || path.endsWith("/") ? path + "index.html" : path);
    if (file == null) {
      return Optional.empty();
    }
    Headers all = headers.with("ETag", file.tag).with("Cache-Control", "no-cache");
    if (file.tag.equals(request.headers().first("If-None-Match"))) {
      return Optional.of(new HttpResponse(304, all, new byte[0]));
    }
    return Optional.of(new HttpResponse(200, all.with("Content-Type", file.type), file.content));
  }

  private @Nullable File find(String name) {
    File known = files.get(name);
    String path = "/" + name;
    if (known != null || path.contains("/.") || path.contains("\\") || path.contains("//")) {
      return known;
    }
    String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
    if (type == null) {
      return null;
    }
    try (InputStream in = owner.getResourceAsStream(folder + name)) {
      if (in == null) {
        return null;
      }
      byte[] content = in.readAllBytes();
      File file = new File('"' + hash(content) + '"', type, content);
      if (files.size() < MAX_FILES) {
        files.put(name, file);
      }
      return file;
    } catch (IOException broken) {
      throw new UncheckedIOException("reading " + folder + name, broken);
    }
  }

  private static String hash(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content), 0, 16);
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("SHA-256 is part of every JDK", missing);
    }
  }
}
