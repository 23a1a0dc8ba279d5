// Codes, reserved names and numbers of the protocol, from spec/protocol.json. Do not edit between the marks.

/** Close codes by name (spec/protocol.md#11-closing). */
// generated: close-codes, by spec/Generate.java
export const CloseCode = {
  /** The connection has served its purpose. */
  NORMAL: 1000,
  /** The server is shutting down, or the user left the page. */
  GOING_AWAY: 1001,
  /** The peer violated RFC 6455. */
  PROTOCOL_ERROR: 1002,
  /** The peer sent a kind of data that is not accepted. */
  UNSUPPORTED_DATA: 1003,
  /** The close frame had no code. */
  NO_STATUS: 1005,
  /** The connection was lost without a close frame. */
  ABNORMAL: 1006,
  /** A text message was not UTF-8. */
  INVALID_PAYLOAD: 1007,
  /** A rule of the server forbids the connection. */
  POLICY_VIOLATION: 1008,
  /** A message was larger than the limit. */
  TOO_BIG: 1009,
  /** The client needs an extension that the server did not grant. */
  MANDATORY_EXTENSION: 1010,
  /** The server failed. */
  INTERNAL_ERROR: 1011,
  /** The server is restarting. */
  SERVICE_RESTART: 1012,
  /** The server is overloaded. The reason may hold `retryAfter` in milliseconds. */
  TRY_AGAIN_LATER: 1013,
  /** A gateway got a bad response. */
  BAD_GATEWAY: 1014,
  /** The TLS handshake failed. */
  TLS_FAILURE: 1015,
  /** The proof of who the user is has expired; a new one is needed. */
  AUTH_EXPIRED: 4001,
  /** More was waiting to be sent on this connection than the limit allows. */
  TOO_SLOW: 4008,
  /** Nothing was received for the heartbeat's interval and timeout. */
  NO_HEARTBEAT: 4009,
  /** The client sent too many messages. The reason may hold `retryAfter` in milliseconds. */
  RATE_LIMITED: 4029,
  /** The credentials are missing or wrong. */
  NOT_AUTHENTICATED: 4501,
  /** This user is not allowed here. */
  FORBIDDEN: 4503,
  /** The operator closed the connection for good. */
  BANNED: 4505,
  /** Another connection resumed this session. */
  SESSION_TAKEN_OVER: 4509,
} as const;

/** What a client does after a close with one of the known codes. */
export const afterClose: ReadonlyMap<number, "reconnect" | "stop"> = new Map([
  [1000, "stop"],
  [1001, "reconnect"],
  [1002, "stop"],
  [1003, "stop"],
  [1005, "reconnect"],
  [1006, "reconnect"],
  [1007, "stop"],
  [1008, "stop"],
  [1009, "stop"],
  [1010, "stop"],
  [1011, "reconnect"],
  [1012, "reconnect"],
  [1013, "reconnect"],
  [1014, "reconnect"],
  [1015, "reconnect"],
  [4001, "reconnect"],
  [4008, "reconnect"],
  [4009, "reconnect"],
  [4029, "reconnect"],
  [4501, "stop"],
  [4503, "stop"],
  [4505, "stop"],
  [4509, "stop"],
]);
// end of close-codes

// generated: reconnect-codes, by spec/Generate.java
/** After an unknown close code in this range a client reconnects; after any other unknown code it stops. */
export const reconnectCodes = { first: 4000, last: 4499 } as const;
// end of reconnect-codes

/** Error codes that a server answers with (spec/protocol.md#6-answers). */
// generated: error-codes, by spec/Generate.java
export type ErrorCode =
  /** The message is not an envelope: it is not an object, or a key has the wrong kind of value. */
  | "bad_message"
  /** There is no such message type here. */
  | "unknown_type"
  /** The data violates a rule. `details` has `path` and `rule`. */
  | "invalid"
  /** The user must sign in first. */
  | "not_authenticated"
  /** The user is not allowed to do this. */
  | "forbidden"
  /** What the message names does not exist. */
  | "not_found"
  /** The client must join the room first. */
  | "not_a_member"
  /** The present state does not permit this. */
  | "conflict"
  /** The message exceeds a size limit. */
  | "too_large"
  /** Too many messages in too short a time. `details` may have `retryAfter` in milliseconds. */
  | "rate_limited"
  /** A part that is needed does not respond. */
  | "unavailable"
  /** There was no answer in time. */
  | "timeout"
  /** The server failed, and would fail again: its code has a bug. */
  | "internal";

/** Whether the same message can succeed later, where the server did not say. */
export const retryable: ReadonlyMap<string, boolean> = new Map([
  ["bad_message", false],
  ["unknown_type", false],
  ["invalid", false],
  ["not_authenticated", false],
  ["forbidden", false],
  ["not_found", false],
  ["not_a_member", false],
  ["conflict", false],
  ["too_large", false],
  ["rate_limited", true],
  ["unavailable", true],
  ["timeout", true],
  ["internal", false],
]);
// end of error-codes

/** Types that users' messages can't have (spec/protocol.md#8-control-messages). */
// generated: reserved-types, by spec/Generate.java
export const reservedTypes: ReadonlySet<string> = new Set([
  "welcome",
  "authenticate",
  "auth_success",
  "auth_failed",
  "auth_expiring",
  "resume",
  "resumed",
  "join_room",
  "room_joined",
  "leave_room",
  "room_left",
  "user_joined",
  "user_left",
  "users_changed",
  "user_status",
  "user_list",
  "history",
  "ack",
  "error",
  "ping",
  "pong",
  "going_away",
]);
// end of reserved-types

/** Limits that hold for every client and server (spec/protocol.md#14-numbers). */
// generated: limits, by spec/Generate.java
export const limits = {
  /** Most rooms that `limits.rooms` allows a session. */
  maxRooms: 1000,
  /** Most characters in the name of a message type. */
  maxTypeCharacters: 64,
  /** Most characters in an `id` that is a string. */
  maxIdCharacters: 64,
  /** Most characters in a `messageId`. */
  maxMessageIdCharacters: 64,
  /** Most bytes of UTF-8 in the name of a room or a user. */
  maxNameBytes: 128,
  /** Most rooms that one message can be published to. */
  maxAddressedRooms: 100,
  /** Every client accepts messages with this much `data`. */
  maxDataBytes: 16_777_216,
  /** A server remembers each `messageId` for at least this long. In milliseconds. */
  minRememberedTime: 300_000,
  /** Most users that a `room_joined` or `user_list` names. */
  maxListedUsers: 100,
  /** Most users that one `user_status` asks for. */
  maxStatusUsers: 100,
  /** Most users whose status one connection watches. */
  maxWatchedUsers: 1000,
  /** Most characters in the token of `authenticate`. */
  maxTokenCharacters: 16_384,
  /** Most entries in a page of `history`, and most recent entries after a join. */
  maxPageEntries: 200,
  /** Most logs that one `resume` names: the rooms, the inbox, and everyone. */
  maxResumedLogs: 1002,
  /** Most bytes of UTF-8 in the reason of a close frame (RFC 6455 §5.5). */
  maxReasonBytes: 123,
  /** Longest wait before a reconnect that a server can ask a client for. In milliseconds. */
  maxAskedWait: 300_000,
  /** A session that was open for this long starts the client's count of attempts over, whatever ended the connection. In milliseconds. */
  settledTime: 10_000,
} as const;
// end of limits

/** What holds unless configured otherwise. */
// generated: defaults, by spec/Generate.java
export const defaults = {
  /** `limits.message`: the largest message that a server accepts. */
  messageBytes: 65_536,
  /** `limits.rooms`: how many rooms a session can be in. */
  rooms: 100,
  /** `heartbeat.interval`: the silence after which a side sends a ping. In milliseconds. */
  heartbeatInterval: 25_000,
  /** `heartbeat.timeout`: how long the other side has to send anything. In milliseconds. */
  heartbeatTimeout: 10_000,
  /** How long a user without a connection still counts as present. In milliseconds. */
  presenceGrace: 5000,
  /** In a room of more users, a server reports who comes and goes in `users_changed`. */
  largeRoomUsers: 100,
  /** The period that one `users_changed` covers. In milliseconds. */
  changesPeriod: 1000,
  /** Most users that one `users_changed` names. */
  changedUsers: 100,
  /** The size of a page of `history` if the request has no `limit`. */
  pageEntries: 50,
  /** How long a session without a connection can be resumed. In milliseconds. */
  sessionTimeout: 120_000,
  /** How long closing may take, including what the server still has to answer. In milliseconds. */
  closeTimeout: 5000,
  /** The upper bound of a client's first wait before it reconnects. It doubles with each attempt. In milliseconds. */
  reconnectDelay: 1000,
  /** The upper bound of all those waits. In milliseconds. */
  maxReconnectDelay: 30_000,
} as const;
// end of defaults
