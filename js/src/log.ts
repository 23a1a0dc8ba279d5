import type { LogAddress, Place } from "./types.js";
import { text, whole, type Json } from "./wire.js";

/**
 * How many own entries beyond the place are remembered that did not come back (`echo: false`). The lowest are forgotten first.
 */
const MOST_SKIPPED = 1000;

/**
 * Where the client is in one log: everything up to `seq` was delivered or is known to be its own.
 *
 * Entries arrive in order, so `seq` is the last one seen. The exception is what this session published with `echo: false`:
 * such an entry never arrives live, but does arrive in a recovery that starts below it.
 */
export class Log {
  readonly #skipped = new Set<number>();

  constructor(
    readonly address: LogAddress,
    public epoch: string,
    public seq: number,
  ) {}

  /** Whether the entry is new. Moves the place past it. */
  accept(seq: number): boolean {
    if (seq <= this.seq) return false;
    this.#moveTo(seq);
    return true;
  }

  /** Moves past an own entry that will not arrive or need not. */
  skip(seq: number): void {
    if (seq <= this.seq) return;
    if (seq === this.seq + 1) return this.#moveTo(seq);
    this.#skipped.add(seq);
    if (this.#skipped.size > MOST_SKIPPED) this.#skipped.delete(Math.min(...this.#skipped));
  }

  /** Applies what the server says about this log after a reconnect. Returns whether there is a gap. */
  recovered(answer: Json): boolean {
    const epoch = text(answer.epoch, this.epoch);
    const seq = whole(answer.seq);
    if (epoch === this.epoch && (answer.recovered === true || seq === this.seq)) return false;
    this.restart({ epoch, seq });
    return true;
  }

  restart({ epoch, seq }: Place): void {
    this.epoch = epoch;
    this.seq = seq;
    this.#skipped.clear();
  }

  /** Returns the place, as `resume` names it. */
  place(): LogAddress & Place {
    return { ...this.address, epoch: this.epoch, seq: this.seq };
  }

  #moveTo(seq: number): void {
    this.seq = seq;
    while (this.#skipped.delete(this.seq + 1)) this.seq++;
    for (const own of this.#skipped) if (own <= this.seq) this.#skipped.delete(own);
  }
}
