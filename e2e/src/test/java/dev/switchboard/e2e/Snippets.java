package dev.switchboard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.net.ServerSocket;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;

/** The Java of a page of the documentation, compiled as it stands there. Confined to one thread. */
final class Snippets implements AutoCloseable {
  private static final Pattern PROGRAM = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final Pattern NAME =
      Pattern.compile("^(?:public |final )*class (\\w+)", Pattern.MULTILINE);

  private final URLClassLoader loader;

  /** Compiles a page's programs into a folder, with another port than 8080. */
  Snippets(Path page, Path folder) throws IOException {
    this(page, folder, UnaryOperator.identity());
  }

  /** The same with other changes to the programs, such as the URL of a database. */
  Snippets(Path page, Path folder, UnaryOperator<String> changes) throws IOException {
    for (MatchResult program : PROGRAM.matcher(Files.readString(page)).results().toList()) {
      String source = changes.apply(program.group(1).replace("8080", String.valueOf(freePort())));
      Matcher name = NAME.matcher(source);
      assertThat(name.find()).as("a class in %s", source).isTrue();
      compile(Files.writeString(folder.resolve(name.group(1) + ".java"), source), folder);
    }
    loader = new URLClassLoader(new URL[] {folder.toUri().toURL()}, getClass().getClassLoader());
  }

  private static void compile(Path file, Path folder) {
    List<String> arguments =
        List.of(
            "-proc:none",
            "-d",
            folder.toString(),
            "-cp",
            System.getProperty("java.class.path") + File.pathSeparator + folder,
            file.toString());
    int result =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, arguments.toArray(String[]::new));
    assertThat(result).as("compiles: %s", file).isZero();
  }

  Class<?> loaded(String name) throws ClassNotFoundException {
    return loader.loadClass(name);
  }

  /** Runs a program and returns what it prints. */
  String run(String name) throws ReflectiveOperationException {
    Method main = loaded(name).getDeclaredMethod("main", String[].class);
    main.setAccessible(true);
    PrintStream before = System.out;
    ClassLoader ours = Thread.currentThread().getContextClassLoader();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      Thread.currentThread().setContextClassLoader(loader);
      System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
      main.invoke(null, (Object) new String[0]);
    } finally {
      System.setOut(before);
      Thread.currentThread().setContextClassLoader(ours);
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws IOException {
    loader.close();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
