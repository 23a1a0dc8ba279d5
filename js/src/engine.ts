import type { Effect, Report } from "./effects.js";
import { SwitchboardError } from "./error.js";
import { Link, type Url } from "./link.js";
import type { Code, Settings, SocketConstructor, Token } from "./options.js";
import { onAbort } from "./patience.js";
import { Session } from "./session.js";
import { uuid7 } from "./uuid.js";

const LONGEST_TIMER = 2 ** 31 - 1;

interface Waiter {
  resolve(value: any): void;
  reject(error: SwitchboardError): void;
}

interface Asking<T> {
  /** Makes the result of the answer. */
  readonly map?: (value: any) => T | Promise<T>;
  /** Called when there is an answer, or none any more. */
  readonly done?: () => void;
  readonly signal?: AbortSignal | undefined;
}

/** A request of the server. */
export type Question = Extract<Effect, { kind: "asked" }>;

interface Told {
  report(report: Report): void;
  asked(question: Question): void;
  /** An effect failed; those after it are still carried out. */
  failed(error: unknown): void;
}

/**
 * Runs the session: gives it the time, a socket and randomness, and carries out its effects.
 *
 * Effects are carried out in order and never nested. `#busy` is set while that happens; an input from a listener only appends
 * its effects, and the running pump gets to them.
 */
export class Engine {
  readonly session: Session;
  readonly #link: Link;
  readonly #token: Token | Code | undefined;
  readonly #report: (report: Report) => void;
  readonly #asked: (question: Question) => void;
  readonly #failed: (error: unknown) => void;
  readonly #waiters = new Map<number, Waiter>();
  #effects: Effect[] = []; // still to be carried out
  #busy = false; // whether the pump is running
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerAt = Infinity; // when the timer fires; Infinity if there is none

  constructor(url: Url, settings: Settings, Socket: SocketConstructor, told: Told) {
    this.#report = told.report;
    this.#asked = told.asked;
    this.#failed = told.failed;
    this.#token = settings.token ?? settings.bindCode;
    this.session = new Session(settings, {
      random: Math.random,
      newId: () => uuid7(Date.now(), crypto.getRandomValues(new Uint8Array(10))),
    });
    this.#link = new Link(url, settings, Socket, {
      opened: () => this.do(() => this.session.opened()),
      message: (message) => this.do((now) => this.session.received(now, message)),
      lost: (code, reason, clean) => this.do((now) => this.session.lost(now, code, reason, clean)),
      refused: (status, retryAfter) => this.do((now) => this.session.refused(now, status, retryAfter)),
    });
  }

  /** Whether the socket is too full for messages that may be dropped. */
  get congested(): boolean {
    return this.#link.congested;
  }

  /** Runs an input. All inputs go through here, and effects are carried out in order, even for an input from a listener. */
  do<T>(input: (now: number) => T): T {
    try {
      return input(performance.now());
    } finally {
      for (const effect of this.session.take()) this.#effects.push(effect);
      if (!this.#busy) this.#pump();
    }
  }

  /**
   * Runs an input that is a command. Returns a promise of its answer. Whoever does not wait for the answer need not be told
   * that the client was closed, so that alone is never an unhandled rejection.
   */
  ask<T>(command: (now: number) => number, { map = (value) => value, done, signal }: Asking<T> = {}): Promise<T> {
    const { promise, resolve, reject } = deferred<T>();
    const end = () => {
      off();
      done?.();
    };
    let ticket = 0;
    let off = () => {};
    const waiter: Waiter = {
      resolve: (value) => {
        resolve(map(value));
        end();
      },
      reject: (error) => {
        if (error.code === "closed") promise.catch(() => {});
        reject(error);
        end();
      },
    };
    try {
      off = onAbort(signal, (reason) => {
        this.#waiter(ticket);
        this.do(() => this.session.conversation.withdraw(ticket));
        reject(reason);
        end();
      });
      this.do((now) => this.#waiters.set((ticket = command(now)), waiter));
    } catch (error) {
      reject(error);
      end();
    }
    return promise;
  }

  #pump(): void {
    this.#busy = true;
    for (let effect = this.#effects.shift(); effect; effect = this.#effects.shift()) {
      try {
        this.#perform(effect);
      } catch (error) {
        this.#failed(error);
      }
    }
    this.#busy = false;
    this.#arm();
  }

  #perform(effect: Effect): void {
    switch (effect.kind) {
      case "connect":
        return this.#link.connect();
      case "token":
        return this.#askForToken(effect.request);
      case "send":
        return this.#link.send(effect.text);
      case "seal":
        return this.#seal(effect);
      case "close":
        return this.#link.close(effect.code, effect.reason);
      case "abandon":
        return this.#link.abandon(effect.code, effect.reason);
      case "settle":
        return this.#waiter(effect.ticket)?.resolve(effect.value);
      case "refuse":
        return this.#waiter(effect.ticket)?.reject(effect.error);
      case "asked":
        return this.#asked(effect);
      case "report":
        return this.#report(effect);
    }
  }

  #seal({ cipher, text, binding, done, failed }: Extract<Effect, { kind: "seal" }>): void {
    Promise.resolve()
      .then(() => cipher.encrypt(text, binding))
      .then(
        (sealed) => this.do(() => done(JSON.stringify(sealed))),
        (error: unknown) => this.do(() => failed(error)),
      );
  }

  #askForToken(request: number): void {
    const token = this.#token;
    // Not at once: the user's code is not called back before its own call has returned.
    Promise.resolve()
      .then(() => (typeof token === "function" ? token() : token))
      .then(
        (value) => {
          const shown = typeof value === "object" && value !== null ? value.code : value;
          this.do((now) => this.session.token(now, request, shown));
        },
        (error: unknown) => {
          const retryable = error instanceof SwitchboardError ? error.retryable : true;
          this.do((now) => this.session.noToken(now, request, `token: ${String(error)}`, retryable));
        },
      );
  }

  #waiter(ticket: number): Waiter | undefined {
    const waiter = this.#waiters.get(ticket);
    this.#waiters.delete(ticket);
    return waiter;
  }

  /**
   * Sets the timer. One that fires too early finds nothing to do and is set again, so it stays if the deadline moves back.
   */
  #arm(): void {
    const deadline = this.session.deadline();
    if (this.#timerAt <= deadline && deadline !== Infinity) return;
    clearTimeout(this.#timer);
    this.#timerAt = deadline;
    if (deadline === Infinity) return;
    const delay = Math.min(Math.max(0, Math.ceil(deadline - performance.now())), LONGEST_TIMER);
    this.#timer = setTimeout(() => {
      this.#timerAt = Infinity;
      this.do((now) => this.session.tick(now));
    }, delay);
  }
}

export interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T | Promise<T>): void;
  reject(error: unknown): void;
}

export function deferred<T>(): Deferred<T> {
  let resolve!: Deferred<T>["resolve"];
  let reject!: Deferred<T>["reject"];
  const promise = new Promise<T>((fulfil, refuse) => ([resolve, reject] = [fulfil, refuse]));
  return { promise, resolve, reject };
}
