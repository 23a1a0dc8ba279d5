import type { SwitchboardError } from "./error.js";
import type { AnyMessages, Events } from "./types.js";

/** Something told to the user's code. */
export type Report = {
  [Name in keyof Events<AnyMessages>]: { kind: "report"; name: Name; event: Events<AnyMessages>[Name] };
}[keyof Events<AnyMessages>];

/** What the state machine wants done, in this order. */
export type Effect =
  /** Open a WebSocket; a former one is none of its business any more. */
  | { kind: "connect" }
  | { kind: "send"; text: string }
  /** Close it and tell when it is closed. */
  | { kind: "close"; code: number; reason: string }
  /** Close it and forget it; without a code the close frame has none. */
  | { kind: "abandon"; code?: number; reason?: string }
  /** The command of this ticket succeeded; after a join, entries of the past may follow. */
  | { kind: "settle"; ticket: number; value: unknown; entriesFollow?: boolean }
  /** The command of this ticket failed. */
  | { kind: "refuse"; ticket: number; error: SwitchboardError }
  /** The server asks; `reply` or `refuse` of the conversation answers. */
  | { kind: "asked"; id: string | number; type: string; data: unknown }
  | Report;

export type Emit = (effect: Effect) => void;
