package dev.switchboard.chat;

import dev.switchboard.protocol.Fleeting;
import dev.switchboard.protocol.Protocol;
import dev.switchboard.protocol.TypeName;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What people in the chat say to each other. */
public sealed interface Chat {
  /** These types, with the hash that the page has too. A test fails if it is stale. */
  Protocol<Chat> PROTOCOL = Protocol.of(Chat.class).withHash("9bef1f9516edd714");

  /** Longest text, in characters. */
  int MAX_CONTENT = 4_000;

  /** Matches a text that shows something: not only white space, of Unicode too. */
  String NOT_BLANK = "[\\s\\S]*[^\\s\\p{Z}][\\s\\S]*";

  /** What is said of a text that does not match. */
  String BLANK = "not only white space";

  /**
   * Something said in a room or to a user.
   *
   * @param content 1–4,000 characters, not only white space
   * @param to in the copy that the server keeps for the sender of a direct message: whom it went
   *     to; else null
   * @param extra whatever an application adds; null if nothing
   */
  @TypeName("message")
  record Message(
      @Size(min = 1, max = MAX_CONTENT) @Pattern(regexp = NOT_BLANK, message = BLANK)
          String content,
      @Nullable String to,
      @Nullable JsonNode extra)
      implements Chat {
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
  record Notification(
      Level level,
      @Size(min = 1, max = MAX_CONTENT) @Pattern(regexp = NOT_BLANK, message = BLANK) String text)
      implements Chat {}
}
