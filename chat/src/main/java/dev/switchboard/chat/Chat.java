package dev.switchboard.chat;

import dev.switchboard.protocol.Fleeting;
import dev.switchboard.protocol.TypeName;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What people in the chat say to each other. */
public sealed interface Chat {
  /** Longest text, in characters. */
  int MAX_CONTENT = 4_000;

  /**
   * Something said in a room or to a user.
   *
   * @param content 1–4,000 characters, not only white space
   * @param to in the copy that the server keeps for the sender of a direct message: whom it went
   *     to; else null
   * @param extra whatever an application adds; null if nothing
   */
  @TypeName("message")
  record Message(String content, @Nullable String to, @Nullable JsonNode extra) implements Chat {
    /** Refuses a content that says nothing or too much. */
    public Message {
      requireText("content", content);
    }

    /** Just a text. */
    public Message(String content) {
      this(content, null, null);
    }
  }

  /** Somebody began to type, or stopped. Ends by itself after 5 seconds. */
  @TypeName("typing")
  @Fleeting
  record Typing(boolean on) implements Chat {}

  /** How much a notification matters. */
  enum Level {
    /** Good to know. */
    info,
    /** Look at it. */
    warning,
    /** Something failed. */
    error,
    /** Something worked. */
    success
  }

  /**
   * Something people should notice.
   *
   * @param text 1–4,000 characters, not only white space
   */
  @TypeName("notification")
  record Notification(Level level, String text) implements Chat {
    /** Refuses a text that says nothing or too much. */
    public Notification {
      requireText("text", text);
    }
  }

  private static void requireText(String name, @Nullable String text) {
    if (text == null) {
      return; // the protocol says "required" for that
    }
    if (text.isBlank() || text.length() > MAX_CONTENT) {
      throw new IllegalArgumentException(
          name
              + ": "
              + text.length()
              + " characters (expected: 1-"
              + MAX_CONTENT
              + ", not only white space)");
    }
  }
}
