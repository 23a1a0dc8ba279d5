import { Emitter } from "./emitter.js";
import type { InRoom, RoomEntry, TypeOf } from "./types.js";

/** How many messages wait for a first listener; beyond that, the oldest are dropped. */
const MOST_HELD = 1000;

/** Listeners by message type. They receive the data and the whole entry. */
export type ByType<M> = { [T in TypeOf<M>]: [data: M[T], entry: InRoom<T, M[T]>] };

/** The messages of a room, in their order. They wait for the first listener where one was promised them. */
export class Feed<M extends object> {
  readonly #types: Emitter<ByType<M>>;
  readonly #all: Emitter<{ message: [entry: RoomEntry<M>] }>;
  #held: RoomEntry<M>[] | undefined; // what waits; undefined if nothing has to
  #flushing = false; // whether what waits is about to be delivered

  /** @internal */
  constructor(thrown: (error: unknown) => void) {
    this.#types = new Emitter(thrown);
    this.#all = new Emitter(thrown);
  }

  /** Adds a listener for messages of this type. Returns a function that removes it. */
  on<T extends TypeOf<M>>(type: T, listener: (data: M[T], entry: InRoom<T, M[T]>) => unknown): () => void {
    this.#flushSoon();
    return this.#types.on(type, listener as never);
  }

  /** Adds a listener for all messages. Returns a function that removes it. */
  onMessage(listener: (entry: RoomEntry<M>) => unknown): () => void {
    this.#flushSoon();
    return this.#all.on("message", listener);
  }

  /** Removes a listener or, if none is given, all listeners of this type. */
  off<T extends TypeOf<M>>(type: T, listener?: (data: M[T], entry: InRoom<T, M[T]>) => unknown): void {
    this.#types.off(type, listener as never);
  }

  /** @internal From now on, messages wait for the first listener. */
  hold(): void {
    if (this.unheard) this.#held ??= [];
  }

  /** @internal Whether there is no listener. */
  get unheard(): boolean {
    return this.#types.empty && this.#all.empty;
  }

  /** @internal Messages do not wait any longer. */
  letGo(): void {
    if (!this.#flushing) this.#held = undefined;
  }

  /** @internal */
  deliver(entry: RoomEntry<M>): void {
    if (this.#held) {
      this.#held.push(entry);
      if (this.#held.length > MOST_HELD) this.#held.shift();
      return;
    }
    (this.#types as Emitter<any>).emit(entry.type, entry.data, entry);
    this.#all.emit("message", entry);
  }

  /** What waits is delivered once the code that adds a listener has added all of them. */
  #flushSoon(): void {
    if (!this.#held || this.#flushing) return;
    this.#flushing = true;
    queueMicrotask(() => {
      const held = this.#held ?? [];
      this.#held = undefined;
      this.#flushing = false;
      for (const entry of held) this.deliver(entry);
    });
  }
}
