import { SwitchboardError, type Unsent } from "./error.js";
import { afterClose, limits, reconnectCodes, reservedTypes } from "./protocol.js";

/** A JSON object from the wire. Nothing in it is trusted before it is checked. */
export type Json = Record<string, unknown>;

const TYPE = new RegExp(`^[a-z][a-z0-9_.-]{0,${limits.maxTypeCharacters - 1}}$`);

const encoder = new TextEncoder();

export function byteLength(text: string): number {
  return encoder.encode(text).length;
}

/** Returns a message as an envelope, or undefined if it is not an object with a type. */
export function envelope(message: unknown): (Json & { type: string }) | undefined {
  return isObject(message) && typeof message.type === "string" ? (message as Json & { type: string }) : undefined;
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
  return reservedTypes.has(type);
}

/** Returns why `type` can't be used for a user's message, or undefined if it can. */
export function typeFault(type: string): SwitchboardError | undefined {
  if (TYPE.test(type) && !reserved(type)) return undefined;
  return new SwitchboardError("bad_message", `type: ${type} (expected: ${TYPE.source}, not reserved)`, false);
}

/** Returns what is wrong with a delivered message, or undefined if nothing is (spec/protocol.md#4-the-envelope). */
export function entryFault({ type, data, timestamp, room, user, everyone, from, seq, messageId }: Json): string | undefined {
  const name = (value: unknown) => value === undefined || (typeof value === "string" && value !== "");
  const addresses = [room, user, everyone].filter((address) => address !== undefined).length;
  const rules: [boolean, string][] = [
    [addresses <= 1 && name(room) && name(user) && (everyone === undefined || everyone === true), "address: not one room, user or everyone"],
    [addresses === 0 ? name(from) : typeof from === "string", "from: not a user"],
    [seq === undefined || whole(seq, -1) > 0, "seq: not a place"],
    [Number.isSafeInteger(timestamp), "timestamp: not a time"],
    [name(messageId), "messageId: not a text"],
    [data === undefined || isObject(data) || typeof data === "string", "data: not an object"],
  ];
  const broken = rules.find(([holds]) => !holds);
  return broken && `${String(type)}: ${broken[1]}`;
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

/** Whether a close code in this range tells of a reason that may pass. */
export function inReconnectRange(code: number): boolean {
  return code >= reconnectCodes.first && code <= reconnectCodes.last;
}

/** Whether to reconnect after a close with this code (spec/protocol.md#12-compatibility). */
export function comesBackAfter(code: number): boolean {
  const then = afterClose.get(code);
  return then === undefined ? inReconnectRange(code) : then === "reconnect";
}
