import { retryable as knownRetryable, type ErrorCode } from "./codes.js";

/** Codes that only the client itself uses; the others are in `spec/codes.json`. */
export type LocalCode =
  /** The bound on unacknowledged messages is reached; `unsent` holds the message. */
  | "queue_full"
  /** The connection went away before the answer; whether the server did it is unknown. */
  | "connection_lost"
  /** The client is closed, or closed before the answer; for a message that was sent, whether the server has it is unknown. */
  | "closed"
  /** A listener of yours threw; `cause` is what it threw. */
  | "listener";

/** A message as your code gave it, handed back when it was refused. */
export interface Unsent {
  readonly type: string;
  readonly data: unknown;
  readonly messageId?: string;
  readonly room?: string;
  readonly rooms?: readonly string[];
  readonly user?: string;
  readonly everyone?: true;
}

/** Why something was refused: by the server (`spec/codes.json`) or by the client (`LocalCode`). */
export class SwitchboardError extends Error {
  override readonly name = "SwitchboardError";

  constructor(
    readonly code: ErrorCode | LocalCode | (string & {}),
    message: string,
    /** Whether the same message can succeed later. */
    readonly retryable: boolean = knownRetryable.get(code) ?? false,
    /** Depends on the code: `invalid` has `path` and `rule`, `rate_limited` may have `retryAfter`. */
    readonly details?: unknown,
    /** The message that was not acknowledged, to keep or to publish again with its `messageId`. */
    readonly unsent?: Unsent,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
  }
}
