import type { Emit } from "./effects.js";

/** A timer is this late only if the whole program was suspended. In milliseconds. */
const LATE = 2000;

/** How long the answer to a probe may take, in milliseconds. */
const PROBE = 2500;

/**
 * Pings after `interval` of silence, or at once if there is a reason to doubt the connection, and gives up if nothing arrives
 * for `timeout` after the ping (spec/protocol.md#10-liveness).
 */
export class Heartbeat {
  readonly #nextId: () => number;
  readonly #emit: Emit;
  #interval = 0; // 0: pings only when told to
  #timeout = 0;
  #running = false; // whether there is a session to watch
  #heardAt = 0; // when anything last arrived
  #due = Infinity; // when a ping that nothing has followed becomes a timeout
  #asked = 0; // how many pings were sent since anything arrived
  #ping: { id: number; at: number } | undefined; // the last ping, until it is answered

  constructor(nextId: () => number, emit: Emit) {
    this.#nextId = nextId;
    this.#emit = emit;
  }

  /** Starts watching; an interval of 0 never pings by itself. */
  start(now: number, interval: number, timeout: number): void {
    this.#interval = interval;
    this.#timeout = timeout;
    this.#running = true;
    this.#ping = undefined;
    this.heard(now);
  }

  stop(): void {
    this.#running = false;
  }

  /** Anything arrived. */
  heard(now: number): void {
    this.#heardAt = now;
    this.#due = Infinity;
    this.#asked = 0;
  }

  deadline(): number {
    if (!this.#running) return Infinity;
    return Math.min(this.#due, this.#asked === 0 && this.#interval > 0 ? this.#heardAt + this.#interval : Infinity);
  }

  /** Something says that the connection may be dead, such as a page that was frozen: asks now, with little patience. */
  probe(now: number): void {
    if (this.#running && this.#due > now + PROBE) this.#ask(now, Math.min(PROBE, this.#timeout));
  }

  /**
   * Does what is due. Returns whether the connection is dead. A timer that fires late (because a page was frozen or the
   * machine slept) proves nothing: what arrived meanwhile may not have been delivered to the program yet, so it pings once
   * more.
   */
  beat(now: number): boolean {
    if (now < this.deadline()) return false;
    const late = now - this.#due > LATE && this.#asked < 2;
    if (this.#asked === 0 || late) this.#ask(now, this.#timeout);
    else this.#emit({ kind: "report", name: "heartbeat_timeout", event: { silence: now - this.#heardAt } });
    return this.#asked > 0 && now >= this.#due;
  }

  /** A `pong` arrived. Reports how long it took, if it answers the last ping. */
  ponged(now: number, re: unknown): void {
    const ping = this.#ping;
    if (!ping || ping.id !== re) return;
    this.#ping = undefined;
    this.#emit({ kind: "report", name: "heartbeat", event: { latency: now - ping.at } });
  }

  #ask(now: number, patience: number): void {
    const id = this.#nextId();
    this.#ping = { id, at: now };
    this.#due = now + patience;
    this.#asked++;
    this.#emit({ kind: "send", text: JSON.stringify({ type: "ping", id }) });
  }
}
