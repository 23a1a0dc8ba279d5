import type { Settings } from "./options.js";
import { CloseCode, defaults, limits } from "./protocol.js";
import { inReconnectRange } from "./wire.js";

/**
 * Reconnect attempts, and the delay before each (spec/protocol.md#11-closing).
 *
 * Some servers open a session and soon close it again because of what the client has missed or does. That would repeat each
 * time, so a connection counts as a success only once it has been open for `SETTLED`, or was closed for an unrelated reason.
 * Until then the delays keep growing.
 */
export class Comeback {
  readonly #settings: Settings;
  readonly #random: () => number;
  #attempt = 0;
  /** Attempts since the last connection that was a success; the delays grow with it. */
  #unsettled = 0;
  #returning = false; // whether a reconnect was attempted since `reset`
  #asked = 0; // how long the server asked to wait, in milliseconds
  #openedAt: number | undefined; // when the session opened; undefined if it is not open

  constructor(settings: Settings, random: () => number) {
    this.#settings = settings;
    this.#random = random;
  }

  /** The number of attempts since the connection was lost. */
  get attempt(): number {
    return this.#attempt;
  }

  /** Whether the open connection is the result of a reconnect. */
  get returning(): boolean {
    return this.#returning;
  }

  /** Whether the server has asked to wait before the next attempt. */
  get asked(): boolean {
    return this.#asked > 0;
  }

  get exhausted(): boolean {
    return this.#attempt >= this.#settings.maxReconnectAttempts;
  }

  /** Starts over, for a first connection or after the client was closed. */
  reset(): void {
    this.#attempt = 0;
    this.#unsettled = 0;
    this.#returning = false;
    this.#asked = 0;
    this.#openedAt = undefined;
  }

  /** An attempt starts. */
  begin(): number {
    this.#returning = true;
    this.#asked = 0;
    this.#unsettled++;
    return ++this.#attempt;
  }

  /** The attempt has succeeded. */
  succeeded(now: number): void {
    this.#attempt = 0;
    this.#openedAt = now;
  }

  /** The server asks to wait, counted from the close, because until then it is still there. */
  ask(milliseconds: number): void {
    this.#asked = Math.max(this.#asked, milliseconds);
  }

  /** The connection or the attempt has ended. */
  closed(now: number, code: number, reason: string): void {
    if (this.#openedAt !== undefined && !(turnedAway(code) && now - this.#openedAt < limits.settledTime)) this.#unsettled = 0;
    this.#openedAt = undefined;
    const asks = code === CloseCode.RATE_LIMITED || code === CloseCode.TRY_AGAIN_LATER;
    if (asks) this.ask(Number(/retryAfter\W{0,5}(\d{1,9})/.exec(reason)?.[1] ?? 0));
  }

  /** Returns the delay before the next attempt, in milliseconds. */
  delay(): number {
    const { reconnectBackoff, reconnectDelay, maxReconnectDelay } = this.#settings;
    const own =
      reconnectBackoff === "fixed"
        ? reconnectDelay
        : backoff(reconnectDelay, maxReconnectDelay, this.#unsettled + 1, this.#random());
    return afterAsked(this.#asked, own);
  }
}

/** Returns the delay before repeating something that the server has refused this many times in a row for now. */
export function repeatDelay(refusals: number, asked: number, draw: number): number {
  return afterAsked(asked, backoff(defaults.reconnectDelay, defaults.maxReconnectDelay, refusals, draw));
}

/** Returns a random delay below a bound that doubles. */
function backoff(first: number, most: number, attempt: number, draw: number): number {
  return Math.round(draw * Math.min(most, first * 2 ** Math.min(attempt - 1, 30)));
}

/**
 * Adds the own delay to the one that the server asks for, so that clients who were asked together do not return together.
 */
function afterAsked(asked: number, own: number): number {
  return Math.max(own, Math.min(limits.maxAskedWait, Math.max(0, asked) + own));
}

/** Whether the server closed the connection for a reason that is likely to hold next time too. */
function turnedAway(code: number): boolean {
  const { INTERNAL_ERROR, TRY_AGAIN_LATER, NOT_AUTHENTICATED } = CloseCode;
  return [INTERNAL_ERROR, TRY_AGAIN_LATER, NOT_AUTHENTICATED].includes(code as never) || inReconnectRange(code);
}
