package dev.switchboard.cli;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line's root. */
@Command(
    name = "switchboard",
    description = "Realtime messaging for Java.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    subcommands = {Serve.class, ChatCommand.class, Bench.class})
public final class Switchboard implements Runnable {
  @Spec private @Nullable CommandSpec spec; // set by picocli

  private Switchboard() {}

  /** Runs a command and ends the process with its exit code: 0 done, 1 failed, 2 wrong usage. */
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

  /** Something a user can mend; the message is all there is to say. */
  static final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Failure(String message) {
      super(message);
    }
  }
}
