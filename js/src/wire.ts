import { afterClose } from "./codes.js";
import { SwitchboardError, type Unsent } from "./error.js";

/** A JSON object from the wire. Nothing in it is trusted before it is checked. */
export type Json = Record<string, unknown>;

/** The types of control messages (spec/protocol.md#8-control-messages), which users can't use. */
const RESERVED = new Set(
  (
    "welcome authenticate auth_success auth_failed auth_expiring resume resumed join_room room_joined leave_room " +
    "room_left user_joined user_left users_changed user_status user_list history ack error ping pong going_away"
  ).split(" "),
);

const TYPE = /^[a-z][a-z0-9_.-]{0,63}$/;

const encoder = new TextEncoder();

export function byteLength(text: string): number {
  return encoder.encode(text).length;
}

/** Returns the object in a text message, or undefined if it is not an object with a type. */
export function parse(text: string): (Json & { type: string }) | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) && typeof value.type === "string" ? (value as Json & { type: string }) : undefined;
  } catch {
    return undefined;
  }
}

/** Returns an envelope of `head` and `data`. `data` is JSON already, so it is encoded once however often it is sent. */
export function frame(head: Json, data: string | undefined): string {
  const text = JSON.stringify(head);
  return data === undefined ? text : `${text.slice(0, -1)},"data":${data}}`;
}

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function text(value: unknown, otherwise = ""): string {
  return typeof value === "string" ? value : otherwise;
}

export function whole(value: unknown, otherwise = 0): number {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : otherwise;
}

export function objects(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

export function names(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((name) => typeof name === "string") : [];
}

/** Whether this is the type of a control message. */
export function reserved(type: string): boolean {
  return RESERVED.has(type);
}

/** Returns why `type` can't be used for a user's message, or undefined if it can. */
export function typeFault(type: string): SwitchboardError | undefined {
  if (TYPE.test(type) && !reserved(type)) return undefined;
  return new SwitchboardError("bad_message", `type: ${type} (expected: ${TYPE.source}, not reserved)`, false);
}

/** Reads an `error` (spec/protocol.md#6-answers; #12-compatibility for an unknown code). */
export function errorOf(message: Json, unsent?: Unsent): SwitchboardError {
  const code = text(message.code, "internal");
  const retryable = typeof message.retryable === "boolean" ? message.retryable : undefined;
  return new SwitchboardError(code, text(message.message, code), retryable, message.details, unsent);
}

/** Returns how long to wait before retrying, in milliseconds; 0 if the server did not say. */
export function retryAfter({ details }: SwitchboardError): number {
  return isObject(details) ? whole(details.retryAfter) : 0;
}

/** Whether to reconnect after a close with this code (spec/protocol.md#12-compatibility). */
export function comesBackAfter(code: number): boolean {
  const then = afterClose.get(code);
  return then === undefined ? code >= 4000 && code <= 4499 : then === "reconnect";
}
