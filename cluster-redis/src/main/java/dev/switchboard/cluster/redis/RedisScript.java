package dev.switchboard.cluster.redis;

import io.lettuce.core.ScriptOutputType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A script that Redis runs: {@code NAME.lua} beside this class. It is sent once; from then on Redis
 * knows it by its digest. Immutable.
 */
final class RedisScript {
  private final byte[] text;
  private final String digest;

  /** Reads a script. */
  RedisScript(String name) {
    try (InputStream in = RedisScript.class.getResourceAsStream(name + ".lua")) {
      if (in == null) {
        throw new IllegalStateException(name + ".lua: missing (expected: beside this class)");
      }
      text = in.readAllBytes();
      digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(text));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException impossible) { // every Java has SHA-1
      throw new IllegalStateException(impossible);
    }
  }

  /** Something that sends a command and waits for its answer. */
  interface Sending {
    <T> T send(RedisLink.Command<T> command);
  }

  /** Runs it, and returns the numbers and texts that it answers. */
  List<@Nullable Object> run(Sending sending, byte[][] keys, byte[]... arguments) {
    try {
      return sending.send(
          commands -> commands.evalsha(digest, ScriptOutputType.MULTI, keys, arguments));
    } catch (RedisFailure failure) {
      if (!failure.isRefusal("NOSCRIPT")) {
        throw failure;
      }
      return sending.send(commands -> commands.eval(text, ScriptOutputType.MULTI, keys, arguments));
    }
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static byte[] bytes(long number) {
    return bytes(Long.toString(number));
  }

  static String text(@Nullable Object answer) {
    if (answer instanceof byte[] bytes) {
      return new String(bytes, StandardCharsets.UTF_8);
    }
    throw new IllegalStateException("answer: " + answer + " (expected: text)");
  }

  static long number(@Nullable Object answer) {
    if (answer instanceof Long number) {
      return number;
    }
    throw new IllegalStateException("answer: " + answer + " (expected: a number)");
  }
}
