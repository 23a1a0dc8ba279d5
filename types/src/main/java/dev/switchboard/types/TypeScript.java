package dev.switchboard.types;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.node.StringNode;

/** Writes a protocol as a module of TypeScript. Confined to one thread, for one use. */
final class TypeScript {
  private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z_$][A-Za-z0-9_$]*");

  /** What no constant may be called. */
  private static final Set<String> RESERVED =
      Set.of(
          "await",
          "break",
          "case",
          "catch",
          "class",
          "const",
          "continue",
          "debugger",
          "default",
          "delete",
          "do",
          "else",
          "enum",
          "export",
          "extends",
          "false",
          "finally",
          "for",
          "function",
          "if",
          "implements",
          "import",
          "in",
          "instanceof",
          "interface",
          "let",
          "new",
          "null",
          "package",
          "private",
          "protected",
          "public",
          "return",
          "static",
          "super",
          "switch",
          "this",
          "throw",
          "true",
          "try",
          "types",
          "typeof",
          "var",
          "void",
          "while",
          "with",
          "yield");

  private final TypeModel model;
  private final String hash;
  private final StringBuilder out = new StringBuilder();
  private final Set<String> times = new TreeSet<>();

  private TypeScript(TypeModel model, String hash) {
    this.model = model;
    this.hash = hash;
  }

  static String write(TypeModel model, String hash) {
    return new TypeScript(model, hash).module();
  }

  private String module() {
    model.declared().forEach(this::declared);
    messages();
    limits();
    constant();
    StringBuilder module = new StringBuilder();
    module.append("// Generated from ").append(model.source());
    module.append(" by Switchboard. Do not edit it: change the records, and generate it again.\n");
    module.append("import type { Protocol } from \"switchboard-client\";\n");
    for (String time : times) {
      module
          .append("\n/** ISO 8601, as Java's `java.time." + time + "` reads it. ")
          .append("Cast a text that is one: `text as " + time + "`. */\n")
          .append(
              "export type "
                  + time
                  + " = string & { readonly \"java.time\": \""
                  + time
                  + "\" };\n");
    }
    return module.append(out).toString();
  }

  private void declared(String name, TypeModel.Declared type) {
    out.append('\n');
    switch (type) {
      case TypeModel.Constants constants ->
          out.append("export type " + name + " = ")
              .append(
                  constants.texts().stream()
                      .map(TypeScript::text)
                      .collect(Collectors.joining(" | ")))
              .append(";\n");
      case TypeModel.Union union ->
          out.append("/** Told apart by `" + union.key() + "`. */\n")
              .append("export type " + name + " = " + String.join(" | ", union.records()) + ";\n");
      case TypeModel.Fields record -> {
        role(name).forEach(sentence -> out.append("/** " + sentence + " */\n"));
        fields(name, record.fields());
      }
    }
  }

  /** Says what a record is for if it is a message. */
  private List<String> role(String record) {
    return model.messages().stream()
        .filter(message -> message.record().equals(record))
        .map(message -> "`" + message.type() + "`" + role(message))
        .toList();
  }

  private static String role(TypeModel.Message message) {
    String sender = message.fromServer() ? ", from the server only" : "";
    return switch (message.kind()) {
      case MESSAGE -> ": a message" + sender + ".";
      case FLEETING -> ": a fleeting message" + sender + ".";
      case REQUEST -> ": a request" + sender + ", replied to with `" + message.reply() + "`.";
      case REPLY -> ": a reply.";
    };
  }

  private void fields(String name, List<TypeModel.Field> fields) {
    if (fields.isEmpty()) {
      out.append("export type " + name + " = { [key: string]: never };\n");
      return;
    }
    out.append("export interface " + name + " {\n");
    for (TypeModel.Field field : fields) {
      String rules = doc(field.use());
      if (!rules.isEmpty()) {
        out.append("  /** " + rules + " */\n");
      }
      boolean nullable = field.use().nullable() && field.use().form() != Form.Scalar.ANY;
      out.append("  " + key(field.key()) + (field.use().nullable() ? "?" : "") + ": ");
      out.append(of(field.use().form()) + (nullable ? " | null" : "") + ";\n");
    }
    out.append("}\n");
  }

  private String of(Form form) {
    return switch (form) {
      case Form.Scalar scalar ->
          switch (scalar) {
            case BOOLEAN -> "boolean";
            case BYTE, SHORT, INT, LONG, BIG_INTEGER, NUMBER, YEAR -> "number";
            case TEXT, CHARACTER, UUID, URI, BASE64 -> "string";
            case ANY -> "unknown";
          };
      case Form.Time time -> {
        times.add(time.name());
        yield time.name();
      }
      case Form.Literal literal -> text(literal.value());
      case Form.ListOf list ->
          list.of().nullable() ? "(" + of(list.of()) + ")[]" : of(list.of()) + "[]";
      case Form.MapOf map -> "{ [key: string]: " + of(map.of()) + " }";
      case Form.Named named -> named.name();
    };
  }

  private String of(Form.Use element) {
    return of(element.form()) + (element.nullable() ? " | null" : "");
  }

  /** Says what the type can't, of a value and its elements. */
  private static String doc(Form.Use use) {
    String phrases = phrases(use);
    return phrases.isEmpty()
        ? ""
        : (phrases.substring(0, 1).toUpperCase(Locale.ROOT) + phrases.substring(1) + ".")
            .replace("*/", "*\\/");
  }

  private static String phrases(Form.Use use) {
    List<String> phrases = new ArrayList<>(Phrases.of(use));
    String inside =
        switch (use.form()) {
          case Form.ListOf list -> phrases(list.of());
          case Form.MapOf map -> phrases(map.of());
          default -> "";
        };
    if (!inside.isEmpty()) {
      phrases.add("each: " + inside);
    }
    return String.join(", ", phrases);
  }

  private void messages() {
    out.append("\n/** The data of each message type. */\n");
    out.append("export interface " + model.name() + " {\n");
    for (TypeModel.Message message : model.messages()) {
      out.append("  " + key(message.type()) + ": " + message.record() + ";\n");
    }
    out.append("}\n");
  }

  private void limits() {
    StringBuilder limits = new StringBuilder();
    model
        .declared()
        .forEach((name, type) -> {
          if (type instanceof TypeModel.Fields record) {
            String inside =
                record.fields().stream()
                    .filter(field -> !field.use().rules().keywords().isEmpty())
                    .map(field -> key(field.key()) + ": { " + limits(field.use().rules()) + " }")
                    .collect(Collectors.joining(", "));
            if (!inside.isEmpty()) {
              limits.append("  " + name + ": { " + inside + " },\n");
            }
          }
        });
    if (!limits.isEmpty()) {
      out.append("\n/** For forms, such as `maxlength` of an input. */\n");
      out.append("export const limits = {\n" + limits + "} as const;\n");
    }
  }

  private static String limits(Rules rules) {
    return rules.keywords().entrySet().stream()
        .map(limit ->
            limit.getKey()
                + ": "
                + (limit.getValue() instanceof BigDecimal number
                    ? number.toPlainString()
                    : limit.getValue()))
        .collect(Collectors.joining(", "));
  }

  private void constant() {
    String name = model.name().substring(0, 1).toLowerCase(Locale.ROOT) + model.name().substring(1);
    name = RESERVED.contains(name) || name.equals(model.name()) ? name + "Protocol" : name;
    out.append("\nconst types = {\n");
    for (TypeModel.Message message : model.messages()) {
      out.append("  " + key(message.type()) + ": { kind: " + text(message.kind().text()));
      if (message.reply() != null) {
        out.append(", reply: " + text(message.reply()));
      }
      out.append((message.fromServer() ? ", from: \"server\"" : "") + " },\n");
    }
    out.append("} as const;\n");
    out.append("\n/** For `new Client(url, " + name + ")`. */\n");
    out.append("export const " + name + ": Protocol<" + model.name() + ", typeof types> = {\n");
    out.append("  name: " + text(model.name()) + ",\n");
    out.append("  hash: " + text(hash) + ",\n");
    out.append("  types,\n};\n");
  }

  private static String key(String name) {
    return IDENTIFIER.matcher(name).matches() ? name : text(name);
  }

  private static String text(String value) {
    return StringNode.valueOf(value).toString();
  }
}
