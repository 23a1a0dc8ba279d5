import type { TypeOf } from "./types.js";

/** How a message type is used. */
export interface Kind {
  /** `message` is published or sent, `fleeting` is kept nowhere, `request` has a reply, `reply` is only ever one. */
  readonly kind: "message" | "fleeting" | "request" | "reply";
  /** The type of the reply to a `request`. */
  readonly reply?: string;
  /** Only the server sends messages of this type. */
  readonly from?: "server";
}

/** Kinds by message type. */
export type Kinds = Readonly<Record<string, Kind>>;

/** A protocol, as `switchboard types` generates it from the records of the server. */
export interface Protocol<M extends object, K extends Kinds> {
  readonly name: string;
  /** Differs if the types differ. */
  readonly hash: string;
  readonly types: K;
  /** Never there: it tells the compiler the data of each type. */
  readonly messages?: M;
}

/** Of the types of `M`, those of one kind. A type that is not in `K` may be of any. */
type Of<M, K, Wanted> = { [T in TypeOf<M>]: T extends keyof K ? (K[T] extends Wanted ? T : never) : T }[TypeOf<M>];

/** The types that a client may publish. */
export type Publishable<M, K> = Of<M, K, { kind: "message"; from?: never }>;
/** The fleeting types that a client may send. */
export type Fleeting<M, K> = Of<M, K, { kind: "fleeting"; from?: never }>;
/** The types that a client may request. */
export type Requestable<M, K> = Of<M, K, { kind: "request"; from?: never }>;
/** The types that a client may send to the server's handler. */
export type Sendable<M, K> = Of<M, K, { kind: "message" | "request"; from?: never }>;
/** The types that the server may request of a client. */
export type Answerable<M, K> = Of<M, K, { kind: "request" }> & keyof K;

/** The type of the reply to a request. */
export type ReplyTo<K, T> = T extends keyof K ? (K[T] extends { readonly reply: infer R } ? R & string : never) : string;

/** The data of the reply to a request. */
export type Answer<M, K, T> = ReplyTo<K, T> extends infer R ? (R extends keyof M ? M[R] : unknown) : unknown;

const words = { message: "a message", fleeting: "fleeting", request: "a request", reply: "a reply" };

/** What the compiler says too, for code that is not compiled. */
export function wrongKind(types: Kinds | undefined, type: string, ...kinds: Kind["kind"][]): TypeError | undefined {
  if (!types) return undefined;
  const known = Object.hasOwn(types, type) ? types[type] : undefined;
  if (known && kinds.includes(known.kind) && !known.from) return undefined;
  const is = known ? words[known.kind] + (known.from ? " that only the server sends" : "") : "not of this protocol";
  return new TypeError(`type: ${type} is ${is} (expected: ${kinds.map((kind) => words[kind]).join(" or ")})`);
}
