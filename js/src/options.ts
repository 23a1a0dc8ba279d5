import type { BindCode } from "./bindcode.js";
import { defaults } from "./protocol.js";
import type { EncryptedLogs } from "./types.js";

/** The part of a WebSocket that the client uses. Browsers, Node.js (22 or newer) and the `ws` package provide it. */
export interface SocketLike {
  readonly bufferedAmount: number;
  readonly protocol: string;
  binaryType: string;
  onopen: ((event: any) => void) | null;
  onmessage: ((event: any) => void) | null;
  onclose: ((event: any) => void) | null;
  onerror: ((event: any) => void) | null;
  send(message: string | Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
  /** `ws` has it; it tells the status of a refused upgrade. */
  on?(event: "unexpected-response", listener: (request: any, response: any) => void): unknown;
}

export type SocketConstructor = new (url: string, protocols?: string | string[]) => SocketLike;

/** How messages are written in binary. `cbor` of `switchboard-client/cbor` is one. */
export interface Encoding {
  readonly subprotocol: string;
  /** Writes what `JSON.parse` can return. */
  encode(message: unknown): Uint8Array<ArrayBuffer>;
  /** Reads what a binary message holds. Throws if it can't be read. */
  decode(bytes: Uint8Array): unknown;
}

/** A token of 1–16,384 visible ASCII characters, or what gives one. What it throws is told as `auth_failed`. */
export type Token = string | (() => string | Promise<string>);

/** A bind code, or what gives one: a new one each time, as a code is good once. */
export type Code = string | (() => string | BindCode | Promise<string | BindCode>);

/** The options of a client. Times are in milliseconds. The constructor rejects invalid values. */
export interface Options {
  /** The WebSocket class. Default the global `WebSocket`. Node.js 20 has none; pass the one from `ws`. */
  WebSocket?: SocketConstructor;
  /** The subprotocols to offer. Default that of `encoding`, if any, and `switchboard.v1.json`. */
  subprotocols?: string[];
  /** What to use instead of JSON if the server agrees, such as `cbor`. Default none. */
  encoding?: Encoding;
  /**
   * Proves who the user is, in the first message of each connection. A function is asked before each attempt, and before
   * the token expires, which is renewed then on the open connection; never twice at a time, and for at most 30 s.
   */
  token?: Token;
  /**
   * Proves who the user is with a bind code instead of a token; otherwise like `token`. Give a function, such as
   * `() => fetchBindCode("/bind-code")`: a code is used up by the attempt that shows it, so with a string the client
   * connects once and can't come back.
   */
  bindCode?: Code;
  /**
   * Encrypts everything that is published to some logs, and accepts only encrypted messages there: others are told as
   * `decryption_failed` and reach no listener. Nothing else is encrypted. A message names its sender as the server does, so
   * what is published before the first connection waits for it. `encrypted` of `switchboard-client/encryption` makes it.
   */
  encryption?: EncryptedLogs;
  /** Whether to reconnect after a lost connection. Default true. */
  autoReconnect?: boolean;
  /**
   * Whether to retry if the first attempt fails. Default true in browsers, which do not tell a wrong address from a server
   * that restarts; elsewhere false: `connect()` rejects at once.
   */
  reconnectFromStart?: boolean;
  /** Attempts in a row before giving up. Default unlimited. */
  maxReconnectAttempts?: number;
  /** `exponential` (default): a random delay between 0 and `reconnectDelay` × 2ⁿ. `fixed`: exactly `reconnectDelay`. */
  reconnectBackoff?: "exponential" | "fixed";
  /** The delay before the first attempt, or its bound. Default 1 s. */
  reconnectDelay?: number;
  /** The cap of exponential backoff. Default 30 s. */
  maxReconnectDelay?: number;
  /** The timeout of each attempt, until the server's `welcome` or `resumed`. Default 10 s. */
  connectionTimeout?: number;
  /** The silence before a ping; 0 never pings. Default the value in the server's `welcome`. */
  heartbeatInterval?: number;
  /** The silence after a ping before the connection is dropped. Default the value in the server's `welcome`. */
  heartbeatTimeout?: number;
  /** The timeout of requests, history and joins. Default 10 s. */
  requestTimeout?: number;
  /** The maximum number of unacknowledged messages. Default 1000. */
  maxUnacknowledged?: number;
  /** The maximum size of unacknowledged messages, in bytes. Default 1 MiB. */
  maxUnacknowledgedBytes?: number;
}

export type Settings = Required<Omit<Options, "WebSocket" | Undefinable>> &
  Pick<Options, Undefinable> & { hash: string | undefined };

type Undefinable = "encoding" | "encryption" | "token" | "bindCode" | "heartbeatInterval" | "heartbeatTimeout";

const WHOLE = "a whole number";
const LONGEST = 2 ** 31 - 1;

/** Whether this is a page or a worker of one. */
function inBrowser(): boolean {
  return "document" in globalThis || "importScripts" in globalThis;
}

/** `hash` is that of the protocol, if the client was given one. */
export function settings(options: Options = {}, hash?: string): Settings {
  const whole = (name: keyof Options, least: number, otherwise: number): number => {
    const value = options[name] ?? otherwise;
    const ok = typeof value === "number" && Number.isInteger(value) && value >= least && value <= LONGEST;
    if (!ok) throw new RangeError(`${name}: ${String(value)} (expected: ${WHOLE} from ${least} to ${LONGEST})`);
    return value;
  };
  const optional = (name: keyof Options, least: number) =>
    options[name] === undefined ? undefined : whole(name, least, least);
  const backoff = options.reconnectBackoff ?? "exponential";
  if (backoff !== "exponential" && backoff !== "fixed") {
    throw new RangeError(`reconnectBackoff: ${String(backoff)} (expected: "exponential" or "fixed")`);
  }
  const { encoding, encryption, token, bindCode } = options;
  for (const [name, given] of Object.entries({ token, bindCode })) {
    if (given !== undefined && typeof given !== "string" && typeof given !== "function") {
      throw new TypeError(`${name}: ${typeof given} (expected: a string, or a function that gives one)`);
    }
  }
  if (token !== undefined && bindCode !== undefined) throw new TypeError("token, bindCode: both given (expected: one)");
  if (encryption !== undefined && typeof encryption.sealing !== "function") {
    throw new TypeError("encryption: unknown (expected: encrypted(…) of switchboard-client/encryption)");
  }
  const unlimited = (options.maxReconnectAttempts ?? Infinity) === Infinity;
  const result: Settings = {
    subprotocols: options.subprotocols ?? [...(encoding ? [encoding.subprotocol] : []), "switchboard.v1.json"],
    encoding,
    token,
    bindCode,
    encryption,
    hash,
    autoReconnect: options.autoReconnect ?? true,
    reconnectFromStart: options.reconnectFromStart ?? inBrowser(),
    maxReconnectAttempts: unlimited ? Infinity : whole("maxReconnectAttempts", 0, 0),
    reconnectBackoff: backoff,
    reconnectDelay: whole("reconnectDelay", 0, defaults.reconnectDelay),
    maxReconnectDelay: whole("maxReconnectDelay", 0, defaults.maxReconnectDelay),
    connectionTimeout: whole("connectionTimeout", 1, 10_000),
    heartbeatInterval: optional("heartbeatInterval", 0),
    heartbeatTimeout: optional("heartbeatTimeout", 1),
    requestTimeout: whole("requestTimeout", 1, 10_000),
    maxUnacknowledged: whole("maxUnacknowledged", 1, 1000),
    maxUnacknowledgedBytes: whole("maxUnacknowledgedBytes", 1, 1 << 20),
  };
  if (result.reconnectBackoff === "exponential" && result.maxReconnectDelay < result.reconnectDelay) {
    throw new RangeError(
      `maxReconnectDelay: ${result.maxReconnectDelay} (expected: at least reconnectDelay, ${result.reconnectDelay})`,
    );
  }
  return result;
}
