import type { SwitchboardError } from "./error.js";
import type { Binding } from "./jwe.js";
import type { AnyMessages, Events, MessageCipher } from "./types.js";

/** Something to report to the user's code. */
export type Report = {
  [Name in keyof Events<AnyMessages>]: { kind: "report"; name: Name; event: Events<AnyMessages>[Name] };
}[keyof Events<AnyMessages>];

/** What the session wants done, in this order. */
export type Effect =
  /** Open a WebSocket; an earlier one no longer matters. */
  | { kind: "connect" }
  /** Ask the user for a token; `token` or `noToken` follows with the same number. */
  | { kind: "token"; request: number }
  | { kind: "send"; text: string }
  /** Encrypt a message, and call `done` with it as JSON or `failed`, as inputs. */
  | ({ kind: "seal"; cipher: MessageCipher; text: string; binding: Binding } & Sealed)
  /** Close it and report when it is closed. */
  | { kind: "close"; code: number; reason: string }
  /** Close it and forget it; without a code, the close frame has none. */
  | { kind: "abandon"; code?: number; reason?: string }
  /** The command with this ticket succeeded. */
  | { kind: "settle"; ticket: number; value: unknown }
  /** The command with this ticket failed. */
  | { kind: "refuse"; ticket: number; error: SwitchboardError }
  /** The server sent a request; `reply` or `refuse` of the conversation answers it. */
  | { kind: "asked"; id: string | number; type: string; data: unknown }
  | Report;

/** What is done with a message once it is encrypted, or could not be. */
export interface Sealed {
  done(data: string): void;
  failed(error: unknown): void;
}

export type Emit = (effect: Effect) => void;
