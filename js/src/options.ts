/** The part of a WebSocket that the client uses: the browser's, Node's (from 22) and the `ws` package's have it. */
export interface SocketLike {
  readonly bufferedAmount: number;
  onopen: ((event: any) => void) | null;
  onmessage: ((event: any) => void) | null;
  onclose: ((event: any) => void) | null;
  onerror: ((event: any) => void) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

export type SocketConstructor = new (url: string, protocols?: string | string[]) => SocketLike;

/** What can be chosen; times are milliseconds. A bad value is refused when the client is built. */
export interface Options {
  /** Default the global `WebSocket`; Node 20 has none, give it the one of `ws`. */
  WebSocket?: SocketConstructor;
  /** Default `switchboard.v1.json`. */
  subprotocols?: string[];
  /** Come back after a lost connection. Default true. */
  autoReconnect?: boolean;
  /** Go on trying when the first attempt fails, too. Default false: `connect()` rejects at once. */
  reconnectFromStart?: boolean;
  /** Attempts in a row before giving up. Default unlimited. */
  maxReconnectAttempts?: number;
  /** `exponential` (default): up to `reconnectDelay` × 2ⁿ, drawn evenly from 0. `fixed`: `reconnectDelay` exactly. */
  reconnectBackoff?: "exponential" | "fixed";
  /** Default 1 s. */
  reconnectDelay?: number;
  /** The cap of exponential back-off. Default 30 s. */
  maxReconnectDelay?: number;
  /** For each attempt, until the server's `welcome` or `resumed`. Default 10 s. */
  connectionTimeout?: number;
  /** Silence before a ping. Default what the server's `welcome` says; 0 is never. */
  heartbeatInterval?: number;
  /** Silence after a ping before the connection is given up. Default what `welcome` says. */
  heartbeatTimeout?: number;
  /** For requests, history, joins. Default 10 s. */
  requestTimeout?: number;
  /** Bound on published and not acknowledged messages. Default 1000. */
  maxUnacknowledged?: number;
  /** The same in bytes. Default 1 MiB. */
  maxUnacknowledgedBytes?: number;
}

export type Settings = Required<Omit<Options, "WebSocket" | "heartbeatInterval" | "heartbeatTimeout">> &
  Pick<Options, "heartbeatInterval" | "heartbeatTimeout">;

const WHOLE = "a whole number";
const LONGEST = 2 ** 31 - 1;

export function settings(options: Options = {}): Settings {
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
  const unlimited = (options.maxReconnectAttempts ?? Infinity) === Infinity;
  const result: Settings = {
    subprotocols: options.subprotocols ?? ["switchboard.v1.json"],
    autoReconnect: options.autoReconnect ?? true,
    reconnectFromStart: options.reconnectFromStart ?? false,
    maxReconnectAttempts: unlimited ? Infinity : whole("maxReconnectAttempts", 0, 0),
    reconnectBackoff: backoff,
    reconnectDelay: whole("reconnectDelay", 0, 1000),
    maxReconnectDelay: whole("maxReconnectDelay", 0, 30_000),
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
