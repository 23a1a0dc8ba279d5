import { SwitchboardError } from "./error.js";
import { deferred, type Deferred } from "./engine.js";
import { Feed } from "./feed.js";
import type { Fleeting, Kinds, Publishable } from "./kinds.js";
import { patiently, type Patience } from "./patience.js";
import { limits } from "./protocol.js";
import type { Wanted } from "./rooms.js";
import { Subscription } from "./subscription.js";
import type {
  HistoryOptions,
  JoinOptions,
  Page,
  Published,
  PublishOptions,
  RoomEntry,
  RoomJoined,
  RoomState,
  SubscribeOptions,
  UserListOptions,
  Users,
} from "./types.js";

/** What a room needs of its client. */
export interface Switch<M, K extends Kinds> {
  publish<T extends Publishable<M, K>>(room: string, type: T, data: M[T], options?: PublishOptions): Promise<Published>;
  fleeting<T extends Fleeting<M, K>>(room: string, type: T, data: M[T], options?: { echo?: boolean }): boolean;
  history(log: { room: string }, options?: HistoryOptions): Promise<Page<M>>;
  userList(options?: UserListOptions & { room?: string }): Promise<Users>;
}

/** What a room needs of the engine. */
export interface Wishes {
  want(room: string, recent: number | undefined): Wanted | "closed";
  /** Wants to be in it no more, without waiting for an answer. */
  unwant(room: string): void;
  joinSince(room: string, options: JoinOptions): Promise<unknown>;
  leave(room: string): Promise<void>;
  thrown(error: unknown): void;
  failed(error: SwitchboardError): void;
}

/**
 * A room, whether the client is in it or not: always the same object for the same name. The client is in it while it is
 * subscribed to, and from `join()` until `leave()`. It joins it again after reconnects, and keeps asking as long as the
 * server refuses only for now. Listeners hear what arrives from then on; those of a subscription also get recent messages.
 */
export class Room<M extends object, K extends Kinds = Record<never, never>> extends Feed<M> {
  readonly #client: Switch<M, K>;
  readonly #wishes: Wishes;
  readonly #subscriptions = new Set<Subscription<M>>();
  readonly #waiting = new Set<Deferred<void>>(); // for the client to be in the room
  #state: RoomState = "left"; // changed only by `#enter`
  #error: SwitchboardError | undefined; // why the state is `refused`
  #held = false; // whether it was joined by `join()`
  #leaving = false; // whether the client has left it, and the server has not confirmed it
  #past: Subscription<M> | undefined; // brings the recent messages to this room's own listeners, if they came late
  #recent = 0; // how many entries follow the answer to the join on its way
  #members: readonly string[] = []; // as reported by the server, at most 100
  #count = 0; // as reported by the server
  readonly #listeners = new Set<(state: RoomState) => unknown>();

  /** Not for users: rooms come from `client.join` and `client.room`. */
  constructor(
    readonly name: string,
    client: Switch<M, K>,
    wishes: Wishes,
  ) {
    super(wishes.thrown);
    this.#client = client;
    this.#wishes = wishes;
  }

  /**
   * `left`: nobody wants it. `joining`: it is wanted, and the server has not let the client in yet, or again. `joined`.
   * `refused`: the server does not let it in, or has removed it (`error`); the next `subscribe` or `join` asks again.
   */
  get state(): RoomState {
    return this.#state;
  }

  /** Why the room is refused. */
  get error(): SwitchboardError | undefined {
    return this.#error;
  }

  /** Calls a listener when the state changes. Returns a function that removes it. */
  onState(listener: (state: RoomState) => unknown): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** The first 100 members. After a reconnect, the client asks who came or left meanwhile. */
  get members(): readonly string[] {
    return this.#members;
  }

  /** How many users are in the room. */
  get count(): number {
    return this.#count;
  }

  /**
   * Wants to be in the room until the subscription is released. Several are independent of each other: each has its own
   * listeners, and gets the last `recent` messages before those that follow, each once. They wait for the first listener.
   */
  subscribe({ recent = 0, signal }: SubscribeOptions = {}): Subscription<M> {
    if (!Number.isInteger(recent) || recent < 0 || recent > limits.maxPageEntries) {
      throw new RangeError(`recent: ${recent} (expected: 0-${limits.maxPageEntries})`);
    }
    const subscription = new Subscription<M>(this, recent, this.#wishes.thrown);
    this.#subscriptions.add(subscription);
    signal?.addEventListener("abort", () => subscription.release(), { once: true });
    if (signal?.aborted) subscription.release();
    else if (this.#want(recent)) subscription.beginLate();
    return subscription;
  }

  /**
   * Joins the room, until `leave()`. Resolves when the client is in it, and keeps trying until then, over any number of
   * connections; `timeout` and `signal` limit that. Rejects if it is refused, or the client is closed. What arrives waits for
   * the first listener of this room: with `recent` for as long as it takes, otherwise until the code that awaits it has run.
   */
  async join({ recent, since, ...patience }: JoinOptions = {}): Promise<void> {
    const late = this.unheard && this.#state === "joined" && recent !== undefined;
    this.hold();
    this.#held = true;
    try {
      if (since) await this.#wishes.joinSince(this.name, { since, ...patience });
      else if (late) this.#readAgain(recent);
      else if (!this.#want(recent)) await this.joined(patience);
    } catch (error) {
      if (this.#state !== "joined") this.#held = false;
      this.#settle();
      throw error;
    } finally {
      if (recent === undefined) setTimeout(() => this.letGo());
    }
  }

  /** Resolves once the client is in the room. Rejects if that is refused, or the client is closed. */
  joined(patience: Patience = {}): Promise<void> {
    if (this.#state === "joined") return Promise.resolve();
    if (this.#state === "refused") return Promise.reject(this.#error);
    if (this.#state === "left") return Promise.reject(new SwitchboardError("closed", "the client is closed", false));
    const joined = deferred<void>();
    this.#waiting.add(joined);
    const waited = patiently(joined.promise, patience).finally(() => this.#waiting.delete(joined));
    waited.catch(() => {}); // the state tells it, too
    return waited;
  }

  /**
   * Undoes `join()`. The client leaves the room unless there are subscriptions. Resolves when the server has confirmed it.
   */
  async leave(): Promise<void> {
    this.#held = false;
    this.letGo();
    if (this.#subscriptions.size > 0) return;
    this.#enter("left");
    this.#leaving = true;
    await this.#wishes.leave(this.name);
  }

  /** Publishes a message. Resolves once it is in the log; rejects with a `SwitchboardError` if it is refused. */
  publish<T extends Publishable<M, K>>(type: T, data: M[T], options?: PublishOptions): Promise<Published> {
    return this.#client.publish(this.name, type, data, options);
  }

  /**
   * Sends a fleeting message now or not at all; returns false if not.
   *
   * @throws SwitchboardError `too_large` if the message exceeds the server's size limit
   */
  fleeting<T extends Fleeting<M, K>>(type: T, data: M[T], options?: { echo?: boolean }): boolean {
    return this.#client.fleeting(this.name, type, data, options);
  }

  /** Reads a page of the room's log. */
  history(options?: HistoryOptions): Promise<Page<M>> {
    return this.#client.history({ room: this.name }, options);
  }

  /** Asks the server who is in the room, and updates `members` and `count`. */
  async userList(options: UserListOptions = {}): Promise<Users> {
    const users = await this.#client.userList({ ...options, room: this.name });
    if (options.after === undefined) this.#members = users.members;
    this.#count = users.count;
    return users;
  }

  /** @internal */
  release(subscription: Subscription<M>): void {
    this.#subscriptions.delete(subscription);
    // Not at once: whoever takes it away may be about to put another in its place.
    queueMicrotask(() => this.#settle());
  }

  /** @internal */
  failed(error: SwitchboardError): void {
    if (error.code !== "closed") this.#wishes.failed(error);
  }

  /** @internal An entry arrived. */
  arrived(entry: RoomEntry<M>): void {
    if (this.#past) this.#past.arrived(entry);
    else this.deliver(entry);
    for (const subscription of this.#subscriptions) subscription.arrived(entry);
  }

  /** @internal The client is in the room, or again. */
  entered({ members, count, seq }: RoomJoined): void {
    this.listed({ members, count });
    for (const subscription of this.#subscriptions) subscription.begin(seq, this.#recent);
    this.#recent = 0;
    this.#leaving = false;
    this.#enter("joined");
  }

  /** @internal The client is not in the room any more. Returns whether somebody was told why. */
  gone(error: SwitchboardError | undefined): boolean {
    const told = this.#listeners.size > 0 || this.#waiting.size > 0;
    const left = this.#leaving && !error;
    this.#leaving = false;
    if (left) {
      if (this.#wanted) this.#want();
      else this.#enter("left");
      return true;
    }
    this.#held = false;
    this.#error = error ?? new SwitchboardError("not_a_member", "the server has removed the client from the room", false);
    this.#enter("refused");
    return told;
  }

  /** @internal A new session has started, or is about to: the server has to let the client in anew. */
  away(): void {
    if (!this.#wanted || this.#state === "refused") return;
    this.#enter("joining");
    this.#want();
  }

  /** @internal The client is closed. `forgotten`: it is in no room any more, whoever joined it. */
  closed(error: SwitchboardError, forgotten: boolean): void {
    if (forgotten) this.#held = false;
    this.#leaving = false;
    this.#recent = 0;
    this.#enter("left");
    this.#reject(error);
  }

  /** @internal */
  gap(): void {
    this.#past?.gap();
    for (const subscription of this.#subscriptions) subscription.gap();
  }

  /** @internal */
  listed({ members, count }: Users): void {
    this.#members = members;
    this.#count = count;
  }

  get #wanted(): boolean {
    return this.#held || this.#subscriptions.size > 0;
  }

  /** Wants to be in the room. Returns whether the client is in it. */
  #want(recent = 0): boolean {
    if (this.#state === "joined") return true;
    const wanted = this.#wishes.want(this.name, recent || undefined);
    if (wanted === "asked") this.#recent = recent;
    this.#enter(wanted === "in" ? "joined" : wanted === "closed" ? "left" : "joining");
    return wanted === "in";
  }

  /** The client was in the room before its own listeners asked for the past. */
  #readAgain(recent: number): void {
    this.#past = new Subscription<M>(this, recent, this.#wishes.thrown);
    this.#past.onMessage((entry) => this.deliver(entry));
    this.#past.beginLate();
  }

  /** Leaves the room if nobody wants it any more. */
  #settle(): void {
    if (this.#wanted || (this.#state !== "joined" && this.#state !== "joining")) return;
    this.#enter("left");
    this.#leaving = true;
    this.#wishes.unwant(this.name);
  }

  #enter(state: RoomState): void {
    if (state !== "refused") this.#error = undefined;
    if (state === "joined") for (const { resolve } of this.#waiting) resolve();
    if (state === "refused" && this.#error) this.#reject(this.#error);
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of [...this.#listeners]) {
      try {
        listener(state);
      } catch (error) {
        this.#wishes.thrown(error);
      }
    }
  }

  #reject(error: SwitchboardError): void {
    for (const { promise, reject } of this.#waiting) {
      promise.catch(() => {});
      reject(error);
    }
  }
}
