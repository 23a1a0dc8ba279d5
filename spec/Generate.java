import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Writes what Java, TypeScript and protocol.md repeat of protocol.json, between the lines {@code
 * generated: NAME} and {@code end of NAME} of the files below. Run it as {@code java
 * spec/Generate.java}, with JDK 21 or newer. With {@code --check} it writes nothing and fails if a
 * file is stale. A last argument names the root directory if it is not the current one.
 */
class Generate {
  private static final String COMMAND = "java spec/Generate.java";
  private static final String JAVA = "protocol/src/main/java/dev/switchboard/protocol/";
  private static final String DOCUMENT = "spec/protocol.md";

  private static final List<String> TARGETS =
      List.of(
          JAVA + "CloseCode.java",
          JAVA + "ErrorCode.java",
          JAVA + "Limits.java",
          JAVA + "ReservedTypes.java",
          JAVA + "format/EncodingLimits.java",
          JAVA + "wire/Defaults.java",
          "js/src/protocol.ts",
          DOCUMENT);

  private static final Pattern REGION =
      Pattern.compile(
          "(?s)( *(?://|<!--) generated: ([a-z-]+)[^\\n]*\\n)(.*?)( *(?://|<!--) end of \\2\\b)");

  private final Entry data;
  private final Map<String, Function<String, String>> regions = new LinkedHashMap<>();

  public static void main(String[] args) throws IOException {
    List<String> given = new ArrayList<>(List.of(args));
    boolean check = given.remove("--check");
    List<String> faults = run(Path.of(given.isEmpty() ? "" : given.getFirst()), check);
    faults.forEach(System.err::println);
    System.exit(faults.isEmpty() ? 0 : 1);
  }

  /** Returns what is wrong. */
  static List<String> run(Path root, boolean check) throws IOException {
    Generate generate = new Generate(new Json(read(root.resolve("spec/protocol.json"))).object());
    List<String> faults = new ArrayList<>(generate.contradictions(read(root.resolve(DOCUMENT))));
    for (String target : TARGETS) {
      String present = read(root.resolve(target));
      String wanted = generate.fill(target, present);
      if (!present.equals(wanted) && check) {
        faults.add(target + ": not what spec/protocol.json says; run `" + COMMAND + "`");
      } else if (!present.equals(wanted)) {
        Files.writeString(root.resolve(target), wanted);
      }
    }
    return faults;
  }

  private static String read(Path file) throws IOException {
    return Files.readString(file);
  }

  private Generate(Entry data) {
    this.data = data;
    regions.put("close-codes", this::closeCodes);
    regions.put("reconnect-codes", this::reconnectCodes);
    regions.put("error-codes", this::errorCodes);
    regions.put("reserved-types", this::reservedTypes);
    regions.put("limits", file -> numbers(file, "limits"));
    regions.put("encoding-limits", file -> numbers(file, "encodingLimits"));
    regions.put("defaults", file -> numbers(file, "defaults"));
  }

  private String fill(String target, String text) {
    return REGION.matcher(text).replaceAll(
        region -> {
          Function<String, String> writer = regions.get(region.group(2));
          if (writer == null) {
            throw new IllegalArgumentException(target + ": " + region.group(2) + " is unknown");
          }
          String content = writer.apply(target.substring(target.lastIndexOf('.') + 1));
          return Matcher.quoteReplacement(region.group(1) + content + region.group(4));
        });
  }

  private String closeCodes(String file) {
    List<Entry> codes = data.list("closeCodes");
    return switch (file) {
      case "java" ->
          javaEnum(
              codes,
              code -> sentence(code) + (code.is("sendable") ? "" : " Never sent.") + stop(code),
              code ->
                  code.text("name")
                      + "("
                      + List.of(code.text("code"), reconnects(code), code.is("sendable")).stream()
                          .map(String::valueOf)
                          .collect(Collectors.joining(", "))
                      + ")");
      case "ts" ->
          lines(
              "export const CloseCode = {",
              each(codes, code -> "  /** " + code.text("meaning") + " */\n  " + code.text("name")
                  + ": " + code.text("code") + ",\n"),
              "} as const;",
              "",
              "/** What a client does after a close with one of the known codes. */",
              "export const afterClose: ReadonlyMap<number, \"reconnect\" | \"stop\"> = new Map([",
              each(codes, code -> "  [" + code.text("code") + ", \"" + code.text("then") + "\"],\n"),
              "]);");
      default ->
          table(
              List.of("code", "name", "then", "meaning"),
              codes,
              code -> List.of(code.text("code"), "`" + code.text("name") + "`", code.text("then"),
                  code.text("meaning") + (code.is("sendable") ? "" : " Never sent.")));
    };
  }

  private String reconnectCodes(String file) {
    Entry range = data.entry("reconnectCodes");
    String first = range.text("first");
    String last = range.text("last");
    return file.equals("java")
        ? "  private static final int FIRST_RECONNECT = " + first + ";\n"
            + "  private static final int LAST_RECONNECT = " + last + ";\n"
        : "/** " + range.text("meaning") + " */\n"
            + "export const reconnectCodes = { first: " + first + ", last: " + last + " } as const;\n";
  }

  private String errorCodes(String file) {
    List<Entry> codes = data.list("errorCodes");
    return switch (file) {
      case "java" ->
          javaEnum(
              codes,
              Generate::sentence,
              code -> code.text("code").toUpperCase(Locale.ROOT) + "(" + code.is("retryable") + ")");
      case "ts" ->
          lines(
              "export type ErrorCode =",
              codes.stream()
                  .map(code -> "  /** " + code.text("meaning") + " */\n  | \"" + code.text("code") + "\"")
                  .collect(Collectors.joining("\n", "", ";\n")),
              "",
              "/** Whether the same message can succeed later, where the server did not say. */",
              "export const retryable: ReadonlyMap<string, boolean> = new Map([",
              each(codes, code -> "  [\"" + code.text("code") + "\", " + code.is("retryable") + "],\n"),
              "]);");
      default ->
          table(
              List.of("code", "retryable", "meaning"),
              codes,
              code -> List.of("`" + code.text("code") + "`", code.is("retryable") ? "yes" : "no",
                  code.text("meaning")));
    };
  }

  private String reservedTypes(String file) {
    List<Entry> types = data.list("reservedTypes");
    return switch (file) {
      case "java" ->
          types.stream()
              .map(type -> "          \"" + type.text("type") + "\"")
              .collect(Collectors.joining(",\n", "  static final Set<String> ALL =\n      Set.of(\n", ");\n\n"));
      case "ts" ->
          lines(
              "export const reservedTypes: ReadonlySet<string> = new Set([",
              each(types, type -> "  \"" + type.text("type") + "\",\n"),
              "]);");
      default ->
          table(
              List.of("type", "sent by", "§", "meaning"),
              types,
              type -> List.of("`" + type.text("type") + "`", type.text("sentBy"),
                  type.text("section"), type.text("meaning")));
    };
  }

  private String numbers(String file, String key) {
    List<Entry> numbers = data.list(key);
    return switch (file) {
      case "java" ->
          numbers.stream()
              .map(one -> javadoc(sentence(one) + (one.unit().equals("ms") ? " In milliseconds." : ""))
                  + "  public static final int " + upperSnake(one.text("name")) + " = "
                  + grouped(one.number(), one.number() < 10_000 ? "" : "_") + ";\n")
              .collect(Collectors.joining("\n", "", "\n"));
      case "ts" ->
          lines(
              "export const " + key + " = {",
              each(numbers, one -> "  /** " + one.text("meaning")
                  + (one.unit().equals("ms") ? " In milliseconds." : "") + " */\n  " + one.text("name")
                  + ": " + grouped(one.number(), one.number() < 10_000 ? "" : "_") + ",\n"),
              "} as const;");
      default ->
          table(
              List.of("name", "value", "§", "meaning"),
              numbers,
              one -> List.of("`" + one.text("name") + "`", shown(one), one.text("section"),
                  one.text("meaning")));
    };
  }

  /** Each number must stand in the prose of that section of protocol.md which it names. */
  private List<String> contradictions(String document) {
    String prose = REGION.matcher(document).replaceAll("");
    List<String> faults = new ArrayList<>();
    for (String key : List.of("limits", "encodingLimits", "defaults")) {
      for (Entry one : data.list(key)) {
        Matcher section =
            Pattern.compile("(?s)\n## " + one.text("section") + "\\. .*?(?=\n## |\\z)").matcher(prose);
        long value = one.number();
        List<String> spellings =
            List.of(shown(one), String.valueOf(value), grouped(value, ","), seconds(one),
                "10^" + Math.round(Math.log10(value)));
        String any = spellings.stream().map(Pattern::quote).collect(Collectors.joining("|"));
        if (!section.find()
            || !Pattern.compile("(?<![\\w.,])(" + any + ")(?![\\w]|[.,]\\d)").matcher(section.group().replaceAll("\\s+", " ")).find()) {
          faults.add(DOCUMENT + ": §" + one.text("section") + " does not say that " + one.text("name")
              + " is " + shown(one) + ", as spec/protocol.json does");
        }
      }
    }
    return faults;
  }

  private static String shown(Entry one) {
    long value = one.number();
    return switch (one.unit()) {
      case "bytes" -> value % (1 << 20) == 0 ? (value >> 20) + " MiB" : (value >> 10) + " KiB";
      case "ms" -> value % 60_000 == 0 ? value / 60_000 + " minutes" : seconds(one);
      default -> grouped(value, ",");
    };
  }

  private static String seconds(Entry one) {
    return one.number() / 1_000 + " s";
  }

  private static String grouped(long number, String separator) {
    return String.format(Locale.ROOT, "%,d", number).replace(",", separator);
  }

  private static String upperSnake(String camelCase) {
    return camelCase.replaceAll("([A-Z])", "_$1").toUpperCase(Locale.ROOT);
  }

  private static boolean reconnects(Entry code) {
    return code.text("then").equals("reconnect");
  }

  private static String stop(Entry code) {
    return reconnects(code) ? "" : " Final.";
  }

  private static String sentence(Entry one) {
    return one.text("meaning").replaceAll("`([^`]*)`", "{@code $1}");
  }

  private static String javaEnum(
      List<Entry> constants, Function<Entry, String> doc, Function<Entry, String> constant) {
    return constants.stream()
        .map(one -> javadoc(doc.apply(one)) + "  " + constant.apply(one))
        .collect(Collectors.joining(",\n", "", ";\n"));
  }

  /** Javadoc at an indentation of two, wrapped as google-java-format does. */
  private static String javadoc(String text) {
    if (text.length() <= 100 - "  /**  */".length()) {
      return "  /** " + text + " */\n";
    }
    StringBuilder out = new StringBuilder("  /**\n");
    StringBuilder line = new StringBuilder("   *");
    for (String word : text.split(" ")) {
      if (line.length() + 1 + word.length() > 100) {
        out.append(line).append('\n');
        line = new StringBuilder("   *");
      }
      line.append(' ').append(word);
    }
    return out.append(line).append("\n   */\n").toString();
  }

  private static String table(
      List<String> heads, List<Entry> rows, Function<Entry, List<String>> cells) {
    return row(heads)
        + "|---".repeat(heads.size())
        + "|\n"
        + each(rows, one -> row(cells.apply(one)));
  }

  private static String row(List<String> cells) {
    return cells.stream().collect(Collectors.joining(" | ", "| ", " |\n"));
  }

  private static String each(List<Entry> entries, Function<Entry, String> line) {
    return entries.stream().map(line).collect(Collectors.joining());
  }

  private static String lines(String... parts) {
    return Arrays.stream(parts)
        .map(part -> part.endsWith("\n") ? part : part + "\n")
        .collect(Collectors.joining());
  }

  /** An object of protocol.json. */
  private record Entry(Map<String, Object> values) {
    String text(String key) {
      Object value = values.get(key);
      if (value == null) {
        throw new IllegalArgumentException("spec/protocol.json: " + values + " lacks " + key);
      }
      return value.toString();
    }

    boolean is(String key) {
      return Boolean.parseBoolean(text(key));
    }

    long number() {
      return Long.parseLong(text("value"));
    }

    String unit() {
      return (String) values.getOrDefault("unit", "");
    }

    Entry entry(String key) {
      return (Entry) values.get(key);
    }

    List<Entry> list(String key) {
      return ((List<?>) values.get(key)).stream().map(Entry.class::cast).toList();
    }
  }

  /** Reads as much of JSON as protocol.json uses, so that nothing but a JDK is needed. */
  private static final class Json {
    private static final Pattern TOKEN = Pattern.compile("\"([^\"\\\\]*)\"|[\\[\\]{}]|-?\\d+|true|false");

    private final Matcher tokens;

    Json(String text) {
      tokens = TOKEN.matcher(text);
    }

    Entry object() {
      return (Entry) value(next());
    }

    private String next() {
      if (!tokens.find()) {
        throw new IllegalArgumentException("spec/protocol.json: ends too soon");
      }
      return tokens.group();
    }

    private Object value(String token) {
      switch (token) {
        case "{" -> {
          Map<String, Object> values = new LinkedHashMap<>();
          for (String key = next(); !key.equals("}"); key = next()) {
            String name = tokens.group(1);
            values.put(name, value(next()));
          }
          return new Entry(values);
        }
        case "[" -> {
          List<Object> values = new ArrayList<>();
          for (String one = next(); !one.equals("]"); one = next()) {
            values.add(value(one));
          }
          return values;
        }
        default -> {
          return token.startsWith("\"") ? tokens.group(1) : token;
        }
      }
    }
  }
}
