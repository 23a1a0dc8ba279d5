import type { SwitchboardError } from "./error.js";
import { Feed } from "./feed.js";
import type { Patience } from "./patience.js";
import type { Page, RoomEntry, RoomState } from "./types.js";

/** What a subscription needs of its room. @internal */
export interface Subscribed<M> {
  readonly state: RoomState;
  joined(options?: Patience): Promise<void>;
  history(options: { limit: number; timeout: number }): Promise<Page<M>>;
  release(subscription: Subscription<any>): void;
  failed(error: SwitchboardError): void;
}

/**
 * Somebody's interest in a room. The client is in the room for as long as there is a subscription, and joins it again by
 * itself. Each subscription has its own listeners, and its own recent messages.
 */
export class Subscription<M extends object> extends Feed<M> {
  readonly #room: Subscribed<M>;
  readonly #recent: number;
  #after = Infinity; // entries up to this place are not for these listeners; Infinity until it has begun
  #arrived: RoomEntry<M>[] | undefined; // what arrives while the recent messages are read; they come first
  #released = false;

  /** @internal */
  constructor(room: Subscribed<M>, recent: number, thrown: (error: unknown) => void) {
    super(thrown);
    this.#room = room;
    this.#recent = recent;
    this.hold();
    // Whoever wants no past has added the listeners by then.
    if (recent === 0) setTimeout(() => this.letGo());
  }

  /** Whether the client is in the room for it: the room's state, or `left` once it was released. */
  get state(): RoomState {
    return this.#released ? "left" : this.#room.state;
  }

  /** Resolves once the client is in the room. Rejects if that is refused, or the client is closed. */
  joined(options?: Patience): Promise<void> {
    return this.#room.joined(options);
  }

  /** Ends it: its listeners hear nothing more, and the client leaves the room with the last one. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#room.release(this);
  }

  /** @internal The client is in the room, whose last entry was `seq`, and of which the last `recent` are about to arrive. */
  begin(seq: number, recent: number): void {
    if (this.#after !== Infinity) return;
    if (this.#recent <= recent) this.#after = seq - this.#recent;
    else void this.#read();
  }

  /** @internal The client has been in the room for a while. */
  beginLate(): void {
    this.begin(0, 0);
  }

  /** @internal The log has started over, or has lost entries. */
  gap(): void {
    if (this.#after !== Infinity) this.#after = 0;
  }

  /** @internal */
  arrived(entry: RoomEntry<M>): void {
    if (this.#released) return;
    if (this.#arrived) this.#arrived.push(entry);
    else if (entry.seq === undefined ? this.#after !== Infinity : entry.seq > this.#after) this.deliver(entry);
  }

  async #read(): Promise<void> {
    this.#after = 0;
    this.#arrived = [];
    try {
      const { messages, last } = await this.#room.history({ limit: this.#recent, timeout: Infinity });
      for (const entry of messages) if (!this.#released) this.deliver(entry as RoomEntry<M>);
      this.#after = last;
    } catch (error) {
      if (!this.#released) this.#room.failed(error as SwitchboardError);
    }
    const arrived = this.#arrived;
    this.#arrived = undefined;
    for (const entry of arrived) this.arrived(entry);
  }
}
