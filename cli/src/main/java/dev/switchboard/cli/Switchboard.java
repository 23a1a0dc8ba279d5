package dev.switchboard.cli;

import dev.switchboard.protocol.wire.Printable;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The root command. */
@Command(
    name = "switchboard",
    description = "Realtime messaging for Java.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    subcommands = {Serve.class, ChatCommand.class, Token.class, TypesCommand.class, Bench.class})
public final class Switchboard implements Runnable {
  @Spec private @Nullable CommandSpec spec; // set by picocli

  private Switchboard() {}

  /** Runs a command and exits with its code: 0 for success, 1 for a failure, 2 for wrong usage. */
  public static void main(String[] arguments) {
    CommandLine commandLine = new CommandLine(new Switchboard());
    commandLine.setExecutionExceptionHandler((failure, failed, parsed) -> {
      failed
          .getErr()
          .println(
              "switchboard: "
                  + Printable.of(
                      String.valueOf(failure instanceof Failure ? failure.getMessage() : failure)));
      return 1;
    });
    commandLine.setParameterExceptionHandler((wrong, given) -> {
      CommandLine at = wrong.getCommandLine();
      at.getErr()
          .println(
              "switchboard: "
                  + Printable.of(String.valueOf(wrong.getMessage()))
                  + " (try: "
                  + at.getCommandSpec().qualifiedName()
                  + " --help)");
      return 2;
    });
    System.exit(commandLine.execute(arguments));
  }

  @Override
  public void run() {
    throw new ParameterException(
        Objects.requireNonNull(spec).commandLine(), "a command is missing");
  }

  /** A problem that users can fix themselves. The message says everything. */
  static final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Failure(String message) {
      super(message);
    }
  }
}
