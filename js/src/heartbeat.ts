/** A timer is this late only if the whole program was suspended. In milliseconds. */
const LATE = 2000;

/** Pings after `interval` of silence, and gives up after `timeout` more (spec/protocol.md#10-liveness). */
export class Heartbeat {
  #interval = 0;
  #timeout = 0;
  #running = false; // whether there is a session to watch
  #heardAt = 0; // when anything last arrived
  #waiting = false; // whether nothing has arrived since the last ping
  #asked = 0; // how many pings were sent since anything arrived
  #ping: { id: number; at: number } | undefined; // the last ping, until it is answered

  /** Starts watching; an interval of 0 never pings. */
  start(now: number, interval: number, timeout: number): void {
    this.#interval = interval;
    this.#timeout = timeout;
    this.#running = interval > 0;
    this.#waiting = false;
    this.#ping = undefined;
    this.heard(now);
  }

  stop(): void {
    this.#running = false;
  }

  /** Anything arrived. */
  heard(now: number): void {
    this.#heardAt = now;
    this.#waiting = false;
    this.#asked = 0;
  }

  silence(now: number): number {
    return now - this.#heardAt;
  }

  deadline(): number {
    if (!this.#running) return Infinity;
    return this.#waiting ? this.#ping!.at + this.#timeout : this.#heardAt + this.#interval;
  }

  /**
   * Returns what to do at the deadline. A timer that fires late (because a page was frozen or the machine slept) proves
   * nothing: what arrived meanwhile may not have been delivered to the program yet, so it pings once more.
   */
  due(now: number): "nothing" | "ping" | "end" {
    if (now < this.deadline()) return "nothing";
    if (!this.#waiting) return "ping";
    return now - this.deadline() > LATE && this.#asked < 2 ? "ping" : "end";
  }

  pinged(now: number, id: number): void {
    this.#ping = { id, at: now };
    this.#waiting = true;
    this.#asked++;
  }

  /** Returns how long the pong took, if it answers the last ping. */
  latency(now: number, re: unknown): number | undefined {
    const ping = this.#ping;
    if (!ping || ping.id !== re) return undefined;
    this.#ping = undefined;
    return now - ping.at;
  }
}
