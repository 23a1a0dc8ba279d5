import { CloseCode } from "./codes.js";
import type { Settings } from "./options.js";

/** The longest wait that a server can ask for. */
const LONGEST = 300_000;

/** Attempts to come back, and the wait before each. */
export class Comeback {
  readonly #settings: Settings;
  readonly #random: () => number;
  #attempt = 0;
  #returning = false;
  #askedFor: number | undefined;

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
    this.#returning = false;
  }

  /** An attempt begins. */
  begin(): number {
    this.#returning = true;
    this.#askedFor = undefined;
    return ++this.#attempt;
  }

  /** The attempt got us there. */
  succeeded(): void {
    this.#attempt = 0;
  }

  /** `going_away`: counted from the close, for until then the server is still there. */
  goingAway(after: number): void {
    this.#askedFor = bounded(after);
  }

  /** Milliseconds to wait after this close. */
  delay(code: number, reason: string): number {
    if (this.#askedFor !== undefined) return this.#askedFor;
    const delay = this.#backoff();
    return code === CloseCode.RATE_LIMITED ? Math.max(delay, retryAfter(reason)) : delay;
  }

  #backoff(): number {
    const { reconnectBackoff, reconnectDelay, maxReconnectDelay } = this.#settings;
    if (reconnectBackoff === "fixed") return reconnectDelay;
    const most = Math.min(maxReconnectDelay, reconnectDelay * 2 ** Math.min(this.#attempt, 30));
    return Math.round(this.#random() * most);
  }
}

/** A wait that somebody else chose, within reason. */
export function bounded(delay: number): number {
  return Math.min(Math.max(0, delay), LONGEST);
}

/** What the reason of a 4029 asks for, if anything. */
function retryAfter(reason: string): number {
  const found = /retryAfter\W{0,5}(\d{1,9})/.exec(reason);
  return found ? bounded(Number(found[1])) : 0;
}
