import type { Encoding, Settings, SocketConstructor, SocketLike } from "./options.js";
import { CloseCode, limits } from "./protocol.js";

/** The bytes that may wait in the socket before fleeting messages are dropped. */
const MOST_BUFFERED = 256 * 1024;

export type Url = string | (() => string | Promise<string>);

export interface LinkEvents {
  opened(): void;
  /** `message` is undefined if it can't be read. */
  message(message: unknown): void;
  lost(code: number, reason: string, clean: boolean): void;
  /** The upgrade was refused with an HTTP status; `retryAfter` is in milliseconds, 0 if the server did not say. */
  refused(status: number, retryAfter: number): void;
}

/** What `ws` passes to listeners of `unexpected-response`. */
interface Response {
  readonly statusCode?: number;
  readonly headers?: Readonly<Record<string, unknown>>;
}

/** Cuts a reason to the length that fits, between characters. Sockets refuse to close with a longer one. */
export function fit(reason: string): string {
  let bytes = 0;
  let end = 0;
  for (const character of reason) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (bytes > limits.maxReasonBytes) break;
    end += character.length;
  }
  return reason.slice(0, end);
}

/** One WebSocket at a time. Events of earlier ones are ignored, as `#attempt` increases with each. */
export class Link {
  readonly #url: Url;
  readonly #protocols: string[];
  readonly #encoding: Encoding | undefined;
  readonly #Socket: SocketConstructor;
  readonly #events: LinkEvents;
  #socket: SocketLike | undefined; // the current one
  #attempt = 0; // identifies the current attempt or socket

  constructor(url: Url, settings: Pick<Settings, "subprotocols" | "encoding">, Socket: SocketConstructor, events: LinkEvents) {
    this.#url = url;
    this.#protocols = settings.subprotocols;
    this.#encoding = settings.encoding;
    this.#Socket = Socket;
    this.#events = events;
  }

  connect(): void {
    const attempt = ++this.#attempt;
    this.#socket = undefined;
    const failed = (error: unknown) => {
      if (attempt === this.#attempt) this.#events.lost(CloseCode.ABNORMAL, String(error), false);
    };
    const open = (url: string) => {
      if (attempt === this.#attempt) this.#open(url, attempt);
    };
    // Asynchronously, so that the caller is not called back before its own call has returned.
    Promise.resolve()
      .then(() => (typeof this.#url === "string" ? this.#url : this.#url()))
      .then(open)
      .catch(failed);
  }

  /** Whether a message sent now would be late. */
  get congested(): boolean {
    return (this.#socket?.bufferedAmount ?? 0) > MOST_BUFFERED;
  }

  /** Sends a message in JSON, or in the encoding that was agreed on. */
  send(json: string): void {
    const encoding = this.#agreed;
    this.#socket?.send(encoding ? encoding.encode(JSON.parse(json)) : json);
  }

  get #agreed(): Encoding | undefined {
    return this.#encoding && this.#socket?.protocol === this.#encoding.subprotocol ? this.#encoding : undefined;
  }

  #read(data: unknown): unknown {
    const encoding = this.#agreed;
    try {
      if (!encoding) return typeof data === "string" ? JSON.parse(data) : undefined;
      return data instanceof ArrayBuffer ? encoding.decode(new Uint8Array(data)) : undefined;
    } catch {
      return undefined;
    }
  }

  /** Closes the socket; `lost` follows. */
  close(code: number, reason: string): void {
    this.#socket?.close(code, fit(reason));
  }

  /** Closes the socket and ignores its further events. */
  abandon(code: number | undefined, reason: string | undefined): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#attempt++;
    if (!socket) return;
    try {
      if (code === undefined) socket.close();
      else socket.close(code, fit(reason ?? ""));
    } catch {
      // A socket that can't be closed no longer matters.
    }
  }

  #open(url: string, attempt: number): void {
    const socket = new this.#Socket(url, this.#protocols);
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    let trouble = "";
    const current = () => attempt === this.#attempt;
    socket.onopen = () => {
      if (current()) this.#events.opened();
    };
    socket.onmessage = ({ data }: { data: unknown }) => {
      if (current()) this.#events.message(this.#read(data));
    };
    socket.onclose = ({ code, reason, wasClean }: { code: number; reason: string; wasClean: boolean }) => {
      if (!current()) return;
      this.#socket = undefined;
      this.#events.lost(code, reason || trouble, wasClean);
    };
    // `ws` alone tells why an upgrade was refused; with such a listener, the socket is left to the listener.
    socket.on?.("unexpected-response", (_request: unknown, { statusCode = 0, headers = {} }: Response) => {
      if (!current()) return;
      this.abandon(undefined, undefined);
      this.#events.refused(statusCode, afterHeader(headers["retry-after"]));
    });
    // A close event follows. Browsers give no details; `ws` gives them here.
    socket.onerror = ({ message }: { message?: unknown }) => {
      if (typeof message === "string") trouble = message;
    };
  }
}

/** Reads `Retry-After` (RFC 9110 §10.2.3), in milliseconds: seconds or a date. Anything else is ignored. */
function afterHeader(value: unknown): number {
  if (typeof value !== "string") return 0;
  const wait = /^\d{1,9}$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return wait > 0 ? wait : 0;
}
