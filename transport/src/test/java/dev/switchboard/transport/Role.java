package dev.switchboard.transport;

/** Which of our two sides a test looks at. */
enum Role {
  SERVER,
  CLIENT
}
