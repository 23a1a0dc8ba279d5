import { CloseCode } from "./codes.js";
import type { Settings } from "./options.js";

/** The longest wait that a server can ask for. */
const LONGEST = 300_000;
/** A connection that was open for so long was one, whatever ended it. */
const SETTLED = 10_000;

/**
 * Attempts to come back, and the wait before each (spec/protocol.md#11-closing).
 *
 * A server that opens a session and soon closes it again, because of what the client has missed or does, would do so each
 * time. The waits go on growing over such connections.
 */
export class Comeback {
  readonly #settings: Settings;
  readonly #random: () => number;
  #attempt = 0;
  /** Attempts since the last connection that settled; with it the waits grow. */
  #unsettled = 0;
  #returning = false;
  #asked = 0;
  #openedAt: number | undefined;

  constructor(settings: Settings, random: () => number) {
    this.#settings = settings;
    this.#random = random;
  }

  /** How many attempts there were since the connection was lost. */
  get attempt(): number {
    return this.#attempt;
  }

  /** Whether an open connection is one that came back. */
  get returning(): boolean {
    return this.#returning;
  }

  get exhausted(): boolean {
    return this.#attempt >= this.#settings.maxReconnectAttempts;
  }

  /** A first connection, or an end of coming back. */
  reset(): void {
    this.#attempt = 0;
    this.#unsettled = 0;
    this.#returning = false;
    this.#asked = 0;
    this.#openedAt = undefined;
  }

  /** An attempt begins. */
  begin(): number {
    this.#returning = true;
    this.#asked = 0;
    this.#unsettled++;
    return ++this.#attempt;
  }

  /** The attempt got us there. */
  succeeded(now: number): void {
    this.#attempt = 0;
    this.#openedAt = now;
  }

  /** The server asks to wait, counted from the close, for until then it is still there. */
  ask(milliseconds: number): void {
    this.#asked = Math.max(this.#asked, milliseconds);
  }

  /** The connection, or the attempt, has ended. */
  closed(now: number, code: number, reason: string): void {
    if (this.#openedAt !== undefined && !(turnedAway(code) && now - this.#openedAt < SETTLED)) this.#unsettled = 0;
    this.#openedAt = undefined;
    const asks = code === CloseCode.RATE_LIMITED || code === CloseCode.TRY_AGAIN_LATER;
    if (asks) this.ask(Number(/retryAfter\W{0,5}(\d{1,9})/.exec(reason)?.[1] ?? 0));
  }

  /** Milliseconds to wait before the next attempt. */
  delay(): number {
    const { reconnectBackoff, reconnectDelay, maxReconnectDelay } = this.#settings;
    const own =
      reconnectBackoff === "fixed"
        ? reconnectDelay
        : backoff(reconnectDelay, maxReconnectDelay, this.#unsettled + 1, this.#random());
    return afterAsked(this.#asked, own);
  }
}

/** The wait before the same is asked again that was refused so many times for the moment. */
export function repeatDelay(refusals: number, asked: number, draw: number): number {
  return afterAsked(asked, backoff(1000, 30_000, refusals, draw));
}

/** Drawn from 0 to a bound that doubles. */
function backoff(first: number, most: number, attempt: number, draw: number): number {
  return Math.round(draw * Math.min(most, first * 2 ** Math.min(attempt - 1, 30)));
}

/** What the server asks for comes first, and the own wait on top, so that those whom it asked together do not come together. */
function afterAsked(asked: number, own: number): number {
  return Math.max(own, Math.min(LONGEST, Math.max(0, asked) + own));
}

/** Whether the server ended the connection for what is likely to be so on the next one, too. */
function turnedAway(code: number): boolean {
  return code === CloseCode.INTERNAL_ERROR || code === CloseCode.TRY_AGAIN_LATER || (code >= 4000 && code <= 4499);
}
