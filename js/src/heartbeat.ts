/** A timer is this late only if everything stood still. */
const LATE = 2000;

/** spec/protocol.md#10-liveness: a ping after `interval` of silence, and the end after `timeout` more. */
export class Heartbeat {
  #interval = 0;
  #timeout = 0;
  #running = false;
  #heardAt = 0;
  #waiting = false;
  #asked = 0;
  #ping: { id: number; at: number } | undefined;

  /** An interval of 0 is never. */
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

  /** Anything at all came. */
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
   * What the silence asks for at the deadline. Time that comes late (a page was frozen, a machine slept) proves nothing: what
   * was heard meanwhile may still be on its way to us, so the question is put once more.
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

  /** How long the pong took, if it is one for our last ping. */
  latency(now: number, re: unknown): number | undefined {
    const ping = this.#ping;
    if (!ping || ping.id !== re) return undefined;
    this.#ping = undefined;
    return now - ping.at;
  }
}
