import type { Report } from "./effects.js";
import { deferred, type Deferred } from "./engine.js";
import { SwitchboardError } from "./error.js";
import { CloseCode } from "./protocol.js";
import type { State } from "./types.js";

/** The promises of those who wait for the session to open or to close, settled by what it reports. */
export class Handshakes {
  readonly #opening = new Set<Deferred<void>>();
  readonly #closing = new Set<Deferred<void>>();

  /** Resolves when the session is open. Rejects with `closed` if the client gives up. */
  opened(): Promise<void> {
    return waitIn(this.#opening);
  }

  /** Resolves when the session is closed. */
  closed(): Promise<void> {
    return waitIn(this.#closing);
  }

  /** Settles what the report decides; `state` is the client's. Returns whether someone learns of an error by that. */
  told({ name, event }: Report, state: State): boolean {
    const waited = this.#opening.size > 0;
    if (name === "open") settle(this.#opening);
    else if (name === "state" && event.state === "closed") settle(this.#closing);
    else if (name === "close" && !event.again && state === "closed") {
      // Whoever closes the client knows it.
      if (event.code === CloseCode.NORMAL) this.#opening.forEach(({ promise }) => promise.catch(() => {}));
      this.#gaveUp(`closed with ${event.code} ${event.reason}`.trimEnd(), event);
    } else if (name === "error" && state === "closed") {
      this.#gaveUp(event.message, event, event.retryable);
      return waited;
    } else if (name === "reconnect_failed") this.#gaveUp(`${event.attempt} attempts to reconnect failed`, event);
    return false;
  }

  #gaveUp(why: string, details: unknown, retryable = true): void {
    settle(this.#opening, new SwitchboardError("closed", why, retryable, details));
  }
}

function waitIn(waiting: Set<Deferred<void>>): Promise<void> {
  const one = deferred<void>();
  waiting.add(one);
  return one.promise;
}

function settle(waiting: Set<Deferred<void>>, error?: SwitchboardError): void {
  waiting.forEach(({ resolve, reject }) => (error ? reject(error) : resolve()));
  waiting.clear();
}
