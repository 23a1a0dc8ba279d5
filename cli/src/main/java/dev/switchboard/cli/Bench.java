package dev.switchboard.cli;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Tools for benchmarks. */
@Command(
    name = "bench",
    description = "Tools for benchmarks; see docs/performance.md.",
    mixinStandardHelpOptions = true,
    subcommands = BenchServe.class)
final class Bench implements Runnable {
  @Spec private @Nullable CommandSpec spec; // set by picocli

  @Override
  public void run() {
    throw new ParameterException(
        Objects.requireNonNull(spec).commandLine(), "a command is missing");
  }
}
