/** spec/protocol.md#10-liveness: a ping after `interval` of silence, and the end after `timeout` more. */
export class Heartbeat {
  #interval = 0;
  #timeout = 0;
  #running = false;
  #heardAt = 0;
  #waiting = false;
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
  }

  silence(now: number): number {
    return now - this.#heardAt;
  }

  deadline(): number {
    if (!this.#running) return Infinity;
    return this.#waiting ? this.#ping!.at + this.#timeout : this.#heardAt + this.#interval;
  }

  /** What the silence asks for at the deadline. */
  due(now: number): "nothing" | "ping" | "end" {
    if (now < this.deadline()) return "nothing";
    return this.#waiting ? "end" : "ping";
  }

  pinged(now: number, id: number): void {
    this.#ping = { id, at: now };
    this.#waiting = true;
  }

  /** How long the pong took, if it is one for our last ping. */
  latency(now: number, re: unknown): number | undefined {
    if (this.#ping?.id !== re) return undefined;
    const { at } = this.#ping!;
    this.#ping = undefined;
    return now - at;
  }
}
