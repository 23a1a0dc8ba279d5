import { CloseCode } from "./protocol.js";
import { repeatDelay } from "./comeback.js";
import type { Emit } from "./effects.js";
import type { Settings } from "./options.js";
import { text, whole, type Json } from "./wire.js";

/** How long a token may take to come. */
const PATIENCE = 30_000;
/** As in a header (RFC 6750 §2.1), but leniently. */
const TOKEN = /^[!-~]{1,16384}$/;

/** Why an attempt to connect has failed for its token; `retryable`: it may be tried again. */
export interface Unproved {
  readonly message: string;
  readonly retryable: boolean;
}

/**
 * Proves who the client is (spec/protocol.md#authenticate): asks the user for tokens, shows them to the server, and notes
 * what becomes of them.
 *
 * A token is needed for each attempt to connect, and to renew the proof of an open connection. At most one request for a
 * token is without an answer at any time, and the answer goes to whoever needs a token when it comes. A request that has
 * no answer in time counts no more.
 *
 * A token that the server refuses for good is never shown again by the same attempt: if the user gives another, that is
 * tried once; then it is over.
 *
 * A bind code is a token that is good once: each attempt and each renewal asks for a new one anyway.
 */
export class Authentication {
  readonly #used: boolean;
  /** What is shown: a token, or a bind code. */
  readonly #kind: "token" | "code";
  readonly #answerTimeout: number;
  readonly #random: () => number;
  readonly #nextId: () => number;
  readonly #emit: Emit;
  /** The last request for a token, and until when it may be answered: Infinity if it is, or counts no more. */
  #request = 0;
  #tokenBy = Infinity;
  #need: "nothing" | "attempt" | "renewal" = "nothing";
  /** The token that was shown last. */
  #shown: string | undefined;
  /** The token that the server refused for good; undefined if it took one since, or refused none. */
  #refused: string | undefined;
  /** Why the server refuses the present attempt, if it said so before it closes. */
  #refusal: string | undefined;
  /** The id of the `authenticate` that has no answer yet, and until when it must have one if it is a renewal. */
  #messageId: number | undefined;
  #answerBy = Infinity;
  /** Whether a session is open on the present connection. */
  #begun = false;
  #authenticated = false;
  /** When the present proof expires, once the server has said so. */
  #expiresAt = Infinity;
  /** Renewals of the present proof that failed, and when the next is due. */
  #failures = 0;
  #renewAt = Infinity;

  constructor(settings: Settings, random: () => number, nextId: () => number, emit: Emit) {
    this.#used = settings.token !== undefined || settings.bindCode !== undefined;
    this.#kind = settings.bindCode === undefined ? "token" : "code";
    this.#answerTimeout = settings.requestTimeout;
    this.#random = random;
    this.#nextId = nextId;
    this.#emit = emit;
  }

  /** Whether attempts need a token. */
  get used(): boolean {
    return this.#used;
  }

  /** Whether the server has taken a token on the present connection. */
  get authenticated(): boolean {
    return this.#authenticated;
  }

  /** The user connects: what was refused before counts no more. */
  reset(): void {
    this.#refused = undefined;
  }

  /** An attempt to connect begins, for which a token is asked. */
  attempt(now: number): void {
    this.over();
    this.#refusal = undefined;
    this.#ask(now, "attempt");
  }

  #ask(now: number, need: "attempt" | "renewal"): void {
    this.#need = need;
    if (this.#tokenBy !== Infinity) return;
    this.#tokenBy = now + PATIENCE;
    this.#emit({ kind: "token", request: ++this.#request });
  }

  /** A token came: `connect` if the present attempt can go on with it, or why it has failed. */
  token(now: number, request: number, token: unknown): "connect" | Unproved | undefined {
    if (request !== this.#request || this.#tokenBy === Infinity) return undefined;
    if (typeof token !== "string" || !TOKEN.test(token)) {
      return this.noToken(now, request, "token: not usable (expected: 1-16384 visible ASCII)");
    }
    const need = this.#answered();
    const again = token === this.#refused;
    if (need === "renewal") {
      if (again) this.#renewalFailed(now, "token: the one that was refused (expected: another)");
      else {
        this.#answerBy = now + this.#answerTimeout;
        this.#show(token);
      }
    } else if (need === "attempt") {
      if (again) return { message: "token refused, and no other given", retryable: false };
      this.#shown = token;
      return "connect";
    }
    return undefined;
  }

  /** There is no token, and `retryable` says whether there may be one later; otherwise as `token`. */
  noToken(now: number, request: number, why: string, retryable = true): Unproved | undefined {
    if (request !== this.#request || this.#tokenBy === Infinity) return undefined;
    const need = this.#answered();
    if (need === "renewal") this.#renewalFailed(now, why);
    return need === "attempt" ? { message: why, retryable } : undefined;
  }

  #answered(): "nothing" | "attempt" | "renewal" {
    const need = this.#need;
    this.#need = "nothing";
    this.#tokenBy = Infinity;
    return need;
  }

  #show(token: string): void {
    this.#shown = token;
    this.#messageId = this.#nextId();
    this.#emit({ kind: "send", text: JSON.stringify({ type: "authenticate", id: this.#messageId, [this.#kind]: token }) });
  }

  /** The WebSocket is open: the token is its first message. */
  opened(): void {
    if (this.#used && this.#shown !== undefined) this.#show(this.#shown);
  }

  /** A session is open. A server may open one for a guest though it refused the token. */
  begun(): void {
    this.#begun = true;
    this.#refused = undefined;
    const message = this.#refusal;
    this.#refusal = undefined;
    if (message !== undefined) this.#emit({ kind: "report", name: "auth_failed", event: { message, again: false } });
  }

  /** The connection, or the attempt, is over, and whatever was to be proved on it. */
  over(): void {
    if (this.#begun) this.#refused = undefined; // of a renewal: on its own the token may do
    this.#need = "nothing";
    this.#messageId = undefined;
    this.#answerBy = Infinity;
    this.#expiresAt = Infinity;
    this.#renewAt = Infinity;
    this.#failures = 0;
    this.#begun = false;
    this.#authenticated = false;
  }

  /** Takes a message about authentication; whether it was one. */
  told(now: number, message: Json & { type: string }): boolean {
    const answer = this.#messageId !== undefined && message.re === this.#messageId;
    switch (message.type) {
      case "auth_success":
        if (answer) this.#succeeded(message);
        return true;
      case "auth_failed":
        if (answer) this.#failed(now, message);
        return true;
      case "auth_expiring":
        this.#expiring(now, whole(message.expiresIn));
        return true;
      case "error":
        if (answer) this.#failed(now, message);
        return answer;
      default:
        return false;
    }
  }

  #succeeded(message: Json): void {
    const renewed = this.#authenticated;
    this.#authenticated = true;
    this.#messageId = undefined;
    this.#answerBy = Infinity;
    this.#expiresAt = Infinity;
    this.#failures = 0;
    this.#refused = undefined;
    const user = text(message.user);
    const event = message.expiresIn === undefined ? { user, renewed } : { user, expiresIn: whole(message.expiresIn), renewed };
    this.#emit({ kind: "report", name: "authenticated", event });
  }

  #failed(now: number, message: Json): void {
    const again = message.retryable === true;
    const why = this.#unmarked(text(message.message));
    this.#messageId = undefined;
    if (!this.#begun) {
      // The server closes now, unless guests may come.
      this.#refusal = again ? undefined : why;
      return;
    }
    if (!again) this.#refused = this.#shown;
    this.#renewalFailed(now, why);
  }

  #expiring(now: number, expiresIn: number): void {
    this.#emit({ kind: "report", name: "auth_expiring", event: { expiresIn } });
    this.#expiresAt = now + expiresIn;
    const underWay = this.#need === "renewal" || this.#answerBy !== Infinity || this.#renewAt !== Infinity;
    if (this.#used && !underWay) this.#ask(now, "renewal");
  }

  /** Until the proof expires there may be time to try again; then there is a new connection. */
  #renewalFailed(now: number, message: string): void {
    this.#messageId = undefined;
    this.#answerBy = Infinity;
    this.#failures++;
    const again = this.#expiresAt !== Infinity;
    const at = now + Math.max(1, repeatDelay(this.#failures, 0, this.#random()));
    this.#renewAt = again && at < this.#expiresAt ? at : Infinity;
    this.#emit({ kind: "report", name: "auth_failed", event: { message, again } });
  }

  /** Whether a close means that a token is the reason. */
  refusedBy(code: number): boolean {
    return this.#used && (code === CloseCode.NOT_AUTHENTICATED || this.#refusal !== undefined);
  }

  /** The server refused the token of an attempt, or ended its connection: whether another may do. */
  refused(): boolean {
    const first = this.#refused === undefined;
    this.#refused = this.#shown;
    return first;
  }

  /** Why an attempt was refused: as the server said before it closed, or the given words. */
  why(otherwise: string): string {
    return this.#unmarked(this.#refusal ?? otherwise);
  }

  /** Without the token, should the server have repeated it. */
  #unmarked(words: string): string {
    return this.#shown === undefined ? words : words.replaceAll(this.#shown, "***");
  }

  /** When `tick` is wanted. */
  deadline(): number {
    return Math.min(this.#tokenBy, this.#answerBy, this.#renewAt);
  }

  /** Does what is due by now; returns as `token`. */
  tick(now: number): Unproved | undefined {
    if (now >= this.#tokenBy) return this.noToken(now, this.#request, `token: none within ${PATIENCE / 1000} s`);
    if (now >= this.#answerBy) this.#renewalFailed(now, "authenticate: no answer in time");
    if (now >= this.#renewAt) {
      this.#renewAt = Infinity;
      this.#ask(now, "renewal");
    }
    return undefined;
  }
}
