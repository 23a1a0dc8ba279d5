// Generated from spec/codes.json by `npm run codes`. Do not edit.

/** Close codes by name (spec/protocol.md#11-closing). */
export const CloseCode = {
  /** the purpose is fulfilled */
  NORMAL: 1000,
  /** the server shuts down, or the page was left */
  GOING_AWAY: 1001,
  /** the peer broke RFC 6455 */
  PROTOCOL_ERROR: 1002,
  /** a kind of data that cannot be taken */
  UNSUPPORTED_DATA: 1003,
  /** the close frame had no code; never sent */
  NO_STATUS: 1005,
  /** the connection was lost without a close frame; never sent */
  ABNORMAL: 1006,
  /** text that is not UTF-8 */
  INVALID_PAYLOAD: 1007,
  /** refused by a rule of the server */
  POLICY_VIOLATION: 1008,
  /** a message larger than the limit */
  TOO_BIG: 1009,
  /** the client needs an extension that the server did not grant */
  MANDATORY_EXTENSION: 1010,
  /** the server failed */
  INTERNAL_ERROR: 1011,
  /** the server restarts */
  SERVICE_RESTART: 1012,
  /** the server is overloaded */
  TRY_AGAIN_LATER: 1013,
  /** a gateway got a bad answer */
  BAD_GATEWAY: 1014,
  /** the TLS handshake failed; never sent */
  TLS_FAILURE: 1015,
  /** the proof of who the user is has expired; a new one is needed */
  AUTH_EXPIRED: 4001,
  /** more waited for this connection than its bound allows */
  TOO_SLOW: 4008,
  /** nothing was heard for interval and timeout */
  NO_HEARTBEAT: 4009,
  /** too many messages; the reason may hold retryAfter in milliseconds */
  RATE_LIMITED: 4029,
  /** no or wrong credentials */
  NOT_AUTHENTICATED: 4501,
  /** this user may not be here */
  FORBIDDEN: 4503,
  /** closed by the operator for good */
  BANNED: 4505,
  /** another connection resumed this session */
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

/** Error codes that a server answers with (spec/protocol.md#6-answers). */
export type ErrorCode =
  | "bad_message"
  | "unknown_type"
  | "invalid"
  | "not_authenticated"
  | "forbidden"
  | "not_found"
  | "not_a_member"
  | "conflict"
  | "too_large"
  | "rate_limited"
  | "unavailable"
  | "timeout"
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
