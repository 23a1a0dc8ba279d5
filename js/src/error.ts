import { retryable as knownRetryable, type ErrorCode } from "./protocol.js";

/** Codes that only the client uses; the others are in `spec/protocol.json`. */
export type LocalCode =
  /** The bound on unacknowledged messages is reached; `unsent` holds the message. */
  | "queue_full"
  /** The connection was lost before the answer arrived; whether the server processed the message is unknown. */
  | "connection_lost"
  /** The client is closed, or was before the answer arrived. Whether the server has a message that was sent is unknown. */
  | "closed"
  /** The message could not be encrypted. */
  | "encryption"
  /** One of your listeners threw an exception, which is the `cause`. */
  | "listener";

/** A refused message, as you passed it. */
export interface Unsent {
  readonly type: string;
  readonly data: unknown;
  readonly messageId?: string;
  readonly room?: string;
  readonly rooms?: readonly string[];
  readonly user?: string;
  readonly everyone?: true;
}

/** An error of the server (`spec/protocol.json`) or of the client (`LocalCode`). */
export class SwitchboardError extends Error {
  override readonly name = "SwitchboardError";

  constructor(
    readonly code: ErrorCode | LocalCode | (string & {}),
    message: string,
    /** Whether the same message may succeed later. */
    readonly retryable: boolean = knownRetryable.get(code) ?? false,
    /** Depends on the code: `invalid` has `path` and `rule`, `rate_limited` may have `retryAfter`. */
    readonly details?: unknown,
    /** The unacknowledged message, to keep or to publish again with its `messageId`. */
    readonly unsent?: Unsent,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
  }
}
