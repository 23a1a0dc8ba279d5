import { Authentication, type Unproved } from "./authentication.js";
import { Comeback } from "./comeback.js";
import { Conversation } from "./conversation.js";
import type { Effect, Report } from "./effects.js";
import { SwitchboardError } from "./error.js";
import { Heartbeat } from "./heartbeat.js";
import type { Settings } from "./options.js";
import { CloseCode, defaults } from "./protocol.js";
import type { AnyMessages, Events, State } from "./types.js";
import { comesBackAfter, envelope, errorOf, isObject, retryAfter, text, whole, type Json } from "./wire.js";

/** The session's sources of randomness, injected so that tests can control them. */
export interface Chance {
  /** Returns a number evenly distributed from 0 to 1. */
  random(): number;
  /** Returns a message ID that was never used before. */
  newId(): string;
}

/**
 * The client's side of the protocol (spec/protocol.md) as a state machine without a socket, clock or randomness. Inputs are
 * method calls with the time; `take()` returns what to do. Time is in milliseconds from any origin, and never goes back.
 *
 * `idle` → `connecting` → `open`. From there a lost connection leads to `waiting` and back to `connecting`, or to `closed`
 * if the client must not reconnect; `close()` leads through `closing` to `closed`. Each state has at most one timeout,
 * `#until`, which `#enter` sets anew, so no timeout outlives its state. Events of an abandoned socket never get here:
 * `Link` ignores them.
 */
export class Session {
  readonly conversation: Conversation;
  readonly #settings: Settings;
  readonly #comeback: Comeback;
  readonly #authentication: Authentication;
  #effects: Effect[] = []; // what `take()` returns next
  #state: State = "idle"; // changed only by `#enter`
  #secret: { session: string; secret: string } | undefined; // resumes the session; undefined if there is none
  #resumeId: number | undefined; // the ID of `resume` on this connection, if it was sent
  readonly #heartbeat: Heartbeat;
  #rhythm = { interval: 0, timeout: 0 }; // of the heartbeat, by the options or `welcome`
  /** When the state times out: the attempt, the wait, or the close handshake. */
  #until = Infinity;

  constructor(settings: Settings, chance: Chance) {
    this.#settings = settings;
    this.#comeback = new Comeback(settings, chance.random);
    const emit = (effect: Effect) => void this.#effects.push(effect);
    this.conversation = new Conversation(settings, chance, emit);
    const nextId = () => this.conversation.nextId();
    this.#authentication = new Authentication(settings, chance.random, nextId, emit);
    this.#heartbeat = new Heartbeat(nextId, emit);
  }

  get state(): State {
    return this.#state;
  }

  /** The ID of the session, once there is one. */
  get id(): string | undefined {
    return this.#secret?.session;
  }

  /** Whether the server has taken a token on the present connection. */
  get authenticated(): boolean {
    return this.#authentication.authenticated;
  }

  /** Returns what to do, each effect once. */
  take(): Effect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  /** Returns when to call `tick` next, or Infinity. */
  deadline(): number {
    const { conversation } = this;
    return Math.min(this.#until, this.#heartbeat.deadline(), conversation.deadline(), this.#authentication.deadline());
  }

  /** Connects, or ends the wait for the next attempt. */
  connect(now: number): void {
    if (this.#state === "waiting") return this.#reconnect(now);
    if (this.#state === "closing") this.#closed(CloseCode.NORMAL, "", false);
    if (this.#state !== "idle" && this.#state !== "closed") return;
    this.conversation.reopen();
    this.#comeback.reset();
    this.#authentication.reset();
    this.#connect(now);
  }

  /** Reconnects at once, whatever the state. */
  reconnect(now: number): void {
    if (this.#state === "connecting") return;
    if (this.#state === "idle") return this.connect(now);
    if (this.#state === "closing") this.#closed(CloseCode.NORMAL, "", false);
    if (this.#state === "closed") {
      this.conversation.reopen();
      this.#authentication.reset();
    }
    if (this.#state === "open") {
      this.#effects.push({ kind: "abandon" });
      this.conversation.disconnected();
      this.#report("close", { code: CloseCode.NO_STATUS, reason: "reconnect", clean: true, again: true });
    }
    if (this.#state !== "waiting") this.#comeback.reset();
    this.#reconnect(now);
  }

  /** The network is back, or the program was suspended: ends a wait that the server has not asked for. */
  online(now: number): void {
    if (this.#state === "waiting" && !this.#comeback.asked) this.#reconnect(now);
    else this.probe(now);
  }

  /** The connection may be dead: asks the server now, and gives it little time. */
  probe(now: number): void {
    this.#heartbeat.probe(now);
  }

  /** Ends the session. The server forgets it, and so does the client. */
  close(now: number, reason = ""): void {
    const before = this.#state;
    if (before === "closing" || before === "closed") return;
    this.#forget();
    if (before === "open") {
      this.#effects.push({ kind: "close", code: CloseCode.NORMAL, reason });
      this.#enter("closing", now + defaults.closeTimeout);
      this.conversation.end("the client was closed");
      return this.conversation.disconnected();
    }
    if (before === "connecting") this.#effects.push({ kind: "abandon", code: CloseCode.NORMAL, reason });
    this.conversation.end("the client was closed");
    if (before === "idle") return;
    this.#closed(CloseCode.NORMAL, reason, true);
  }

  /** The WebSocket is open. */
  opened(): void {
    if (this.#state !== "connecting") return;
    this.#authentication.opened();
    if (!this.#secret) return;
    const id = this.conversation.nextId();
    const { places } = this.conversation;
    const all = JSON.stringify({ type: "resume", id, ...this.#secret, logs: places.named() });
    const fits = this.conversation.fits(all);
    // If that exceeds the server's size limit, the rooms are joined again one by one.
    const text = fits ? all : JSON.stringify({ type: "resume", id, ...this.#secret, logs: places.namedWithoutRooms() });
    this.#resumeId = id;
    this.#effects.push({ kind: "send", text });
  }

  /** The token that was asked for with that number. */
  token(now: number, request: number, token: unknown): void {
    const outcome = this.#authentication.token(now, request, token);
    if (outcome === "connect") this.#openSocket(now);
    else if (outcome) this.#unproved(now, outcome);
  }

  /** There is no token to be had, for now or, if not `retryable`, for good. */
  noToken(now: number, request: number, why: string, retryable = true): void {
    const failed = this.#authentication.noToken(now, request, why, retryable);
    if (failed) this.#unproved(now, failed);
  }

  /** A message arrived. `received` is what it holds; undefined if it can't be read. */
  received(now: number, received: unknown): void {
    this.#heartbeat.heard(now);
    const message = envelope(received);
    if (!message) return this.#unreadable("message: not an object with a type");
    if (this.#state !== "connecting" && this.#state !== "open") return;
    if (this.#authentication.told(now, message)) return;
    if (this.#state === "connecting") return this.#greeted(now, message);
    if (message.type === "ping") return this.#pong(message);
    if (message.type === "pong") return this.#heartbeat.ponged(now, message.re);
    if (message.type === "going_away") this.#comeback.ask(whole(message.after));
    else if (message.type !== "welcome" && message.type !== "resumed") this.conversation.received(now, message);
  }

  /** Something arrived that is not of this protocol. The connection continues. */
  #unreadable(why: string): void {
    this.#report("error", new SwitchboardError("bad_message", why, false));
  }

  /** The server refused the upgrade with this HTTP status; `retryAfter` is in milliseconds. Browsers do not tell. */
  refused(now: number, status: number, retryAfter = 0): void {
    if (this.#state !== "connecting") return;
    this.#comeback.ask(retryAfter);
    const why = `the server refused the upgrade with ${status}`;
    if (status >= 500 || retryableStatus.has(status)) this.lost(now, CloseCode.ABNORMAL, why);
    else this.#givenUp(statusCodes.get(status) ?? "closed", why);
  }

  /** The WebSocket was closed or could not be opened; the code is 1006 if there was no close frame. */
  lost(now: number, code: number, reason = "", clean = false): void {
    const before = this.#state;
    if (before === "closing") return this.#closed(code, reason, clean);
    if (before !== "open" && before !== "connecting") return;
    this.conversation.disconnected();
    this.#comeback.closed(now, code, reason);
    const refused = this.#authentication.refusedBy(code);
    if (refused && before === "connecting") return this.#refused(now, closedWith(code, reason));
    if (refused) {
      const again = this.#settings.autoReconnect && !this.#comeback.exhausted;
      this.#report("auth_failed", { message: this.#authentication.why(closedWith(code, reason)), again });
    }
    const first = before === "connecting" && this.#comeback.attempt === 0;
    if (first && !this.#settings.reconnectFromStart) return this.#notConnected(code, reason, clean);
    if (!this.#settings.autoReconnect || !(refused || comesBackAfter(code))) {
      this.#closed(code, reason, clean);
      return this.conversation.end(`the connection was ${closedWith(code, reason)}`);
    }
    const more = !this.#comeback.exhausted;
    if (before === "open") this.#report("close", { code, reason, clean, again: more });
    const { attempt } = this.#comeback;
    if (more) {
      const delay = this.#comeback.delay();
      this.#enter("waiting", now + delay, { attempt: attempt + 1, delay, code, reason });
      if (refused) this.#authentication.refused();
      return;
    }
    this.#enter("closed");
    this.#report("reconnect_failed", { attempt });
    this.conversation.end(`${attempt} attempts to reconnect failed`);
  }

  /** Time has passed. */
  tick(now: number): void {
    this.conversation.expire(now);
    this.#beat(now);
    const failed = this.#authentication.tick(now);
    if (failed) return this.#unproved(now, failed);
    if (now < this.#until) return;
    if (this.#state === "waiting") this.#reconnect(now);
    else if (this.#state === "connecting") {
      this.#effects.push({ kind: "abandon" });
      this.lost(now, CloseCode.ABNORMAL, "no connection in time");
    } else if (this.#state === "closing") {
      this.#effects.push({ kind: "abandon" });
      this.#closed(CloseCode.ABNORMAL, "no answer to close", false);
    }
  }

  #connect(now: number): void {
    this.#resumeId = undefined;
    this.#enter("connecting");
    if (this.#authentication.used) this.#authentication.attempt(now);
    else this.#openSocket(now);
  }

  #openSocket(now: number): void {
    this.#until = now + this.#settings.connectionTimeout;
    this.#effects.push({ kind: "connect" });
  }

  /** The server does not take the token of the present attempt: another may do, once. */
  #refused(now: number, otherwise: string): void {
    const message = this.#authentication.why(otherwise);
    if (!this.#authentication.refused()) {
      return this.#unproved(now, { message: `token refused: ${message}`, retryable: false });
    }
    this.#report("auth_failed", { message, again: true });
    this.#connect(now);
  }

  /** The present attempt has failed for its token, or for want of one. */
  #unproved(now: number, { message, retryable }: Unproved): void {
    const { autoReconnect, reconnectFromStart } = this.#settings;
    const { attempt, exhausted } = this.#comeback;
    const again = retryable && autoReconnect && !exhausted && (attempt > 0 || reconnectFromStart);
    this.#report("auth_failed", { message, again });
    if (retryable) this.lost(now, CloseCode.ABNORMAL, message);
    else this.#givenUp("not_authenticated", message);
  }

  /** The present attempt has failed, and the next would too. */
  #givenUp(code: string, why: string): void {
    const { attempt } = this.#comeback;
    this.#enter("closed");
    this.#report("error", new SwitchboardError(code, why, false));
    if (attempt > 0) this.#report("reconnect_failed", { attempt });
    this.conversation.end(why);
  }

  #reconnect(now: number): void {
    this.#report("reconnect", { attempt: this.#comeback.begin() });
    this.#connect(now);
  }

  /** Handles the first message. When resuming, a `welcome` without `re` is void (spec/protocol.md#9-coming-back). */
  #greeted(now: number, message: Json & { type: string }): void {
    if (message.re !== this.#resumeId) return;
    if (message.type === "welcome") {
      this.#welcomed(message);
    } else if (this.#resumeId === undefined) {
      if (message.type === "error") this.#report("error", errorOf(message));
      return;
    } else if (message.type === "resumed") {
      if (message.secret !== undefined) this.#secret = { session: text(message.session), secret: text(message.secret) };
      this.conversation.resumed(text(message.user), message.logs);
    } else {
      const why = message.type === "error" ? errorOf(message) : undefined;
      if (why?.retryable) this.#comeback.ask(retryAfter(why));
      else this.#secret = undefined;
      this.#effects.push({ kind: "abandon" });
      return this.lost(now, CloseCode.ABNORMAL, "resume was refused");
    }
    this.#open(now, message.type === "resumed");
    this.#compare(message.protocol);
  }

  #welcomed(welcome: Json): void {
    this.#secret = { session: text(welcome.session), secret: text(welcome.secret) };
    const { heartbeatInterval, heartbeatTimeout } = this.#settings;
    const said = isObject(welcome.heartbeat) ? welcome.heartbeat : {};
    this.#rhythm = {
      interval: heartbeatInterval ?? whole(said.interval, defaults.heartbeatInterval),
      timeout: heartbeatTimeout ?? whole(said.timeout, defaults.heartbeatTimeout),
    };
    const limits = isObject(welcome.limits) ? welcome.limits : {};
    this.conversation.welcomed(text(welcome.user), welcome.logs, whole(limits.message, Infinity));
  }

  #open(now: number, resumed: boolean): void {
    this.#enter("open");
    this.#heartbeat.start(now, this.#rhythm.interval, this.#rhythm.timeout);
    const { session } = this.#secret!;
    this.#authentication.begun();
    this.#report("open", { session, user: this.conversation.user, resumed });
    const { attempt, returning } = this.#comeback;
    if (returning) this.#report("reconnect_success", { attempt });
    this.#comeback.succeeded(now);
    this.conversation.flush();
    this.conversation.rooms.refresh();
  }

  /** Reports if the server, by the hash it said, was built from other types than this client. */
  #compare(server: unknown): void {
    const client = this.#settings.hash;
    if (!client || typeof server !== "string" || server === client) return;
    this.#report("protocol_mismatch", { server, client });
  }

  #beat(now: number): void {
    if (!this.#heartbeat.beat(now)) return;
    this.#effects.push({ kind: "abandon", code: CloseCode.NO_HEARTBEAT, reason: "no heartbeat" });
    this.lost(now, CloseCode.NO_HEARTBEAT, "no heartbeat");
  }

  #pong(ping: Json): void {
    this.#effects.push({ kind: "send", text: JSON.stringify({ type: "pong", re: ping.id }) });
  }

  /** `connect()` failed, which is not retried unless `reconnectFromStart` is set. */
  #notConnected(code: number, reason: string, clean: boolean): void {
    const again = comesBackAfter(code);
    const why = `could not connect: ${code} ${reason}`.trimEnd();
    if (again) this.#enter("closed");
    else this.#closed(code, reason, clean);
    this.#report("error", new SwitchboardError("closed", why, again));
    this.conversation.end(why);
  }

  #closed(code: number, reason: string, clean: boolean): void {
    this.#enter("closed");
    this.#report("close", { code, reason, clean, again: false });
  }

  /** Changes the state; `until` is when it times out. */
  #enter(state: State, until = Infinity, more: Partial<Events<AnyMessages>["state"]> = {}): void {
    const before = this.#state;
    this.#state = state;
    this.#until = until;
    if (state !== "open") {
      this.#heartbeat.stop();
      this.#authentication.over();
    }
    if (state !== before) this.#report("state", { state, before, ...more });
  }

  #forget(): void {
    this.#secret = undefined;
    this.conversation.places.forget();
    this.conversation.rooms.forget();
  }

  #report<Name extends keyof Events<AnyMessages>>(name: Name, event: Events<AnyMessages>[Name]): void {
    this.#effects.push({ kind: "report", name, event } as Report);
  }
}

/** What a refused upgrade tells, by its status; after some others, another attempt may help. */
const statusCodes = new Map([[401, "not_authenticated"], [403, "forbidden"], [404, "not_found"]]);
const retryableStatus = new Set([408, 425, 429]);

function closedWith(code: number, reason: string): string {
  return `closed with ${code} ${reason}`.trimEnd();
}
