import type { Kinds } from "./kinds.js";
import type { Client } from "./client.js";
import type { SwitchboardError } from "./error.js";
import { limits } from "./protocol.js";
import type { Room } from "./room.js";
import type { Subscription } from "./subscription.js";
import type { AnyMessages, Entry, Events, RoomState, State } from "./types.js";

/**
 * Something to be shown: `getSnapshot` returns the same object until something has changed, and `subscribe` tells when. The
 * shape is that of React's `useSyncExternalStore`. A store does nothing before it has a subscriber, and ends with its last.
 */
export abstract class Store<S> {
  readonly #listeners = new Set<() => void>();
  #snapshot: S;
  #stop: (() => void) | undefined; // ends what `start` began

  constructor(readonly initial: S) {
    this.#snapshot = initial;
  }

  /** Calls a listener after each change. Returns a function that removes it. */
  readonly subscribe = (listener: () => void): (() => void) => {
    const own = () => listener(); // the same listener may subscribe twice
    this.#listeners.add(own);
    if (this.#listeners.size === 1) this.#stop = this.start();
    return () => {
      if (!this.#listeners.delete(own) || this.#listeners.size > 0) return;
      this.#stop?.();
      this.#stop = undefined;
    };
  };

  readonly getSnapshot = (): S => this.#snapshot;

  /** What a server renders: nothing has arrived there. */
  readonly getServerSnapshot = (): S => this.initial;

  /** Begins to follow the client. Returns what ends it. */
  protected abstract start(): () => void;

  /** Whether anybody looks. */
  protected get live(): boolean {
    return this.#listeners.size > 0;
  }

  protected change(some: Partial<S>): void {
    this.#snapshot = { ...this.#snapshot, ...some };
    for (const listener of [...this.#listeners]) listener();
  }
}

/** The state of a client. */
export interface ConnectionView {
  readonly state: State;
  readonly user: string | undefined;
  /** While waiting: the milliseconds from `since` (as of `Date.now()`) until the next attempt, and why the last one ended. */
  readonly delay: number | undefined;
  readonly since: number;
  readonly reason: string | undefined;
}

/** Follows the state of a client. */
export class ConnectionStore extends Store<ConnectionView> {
  readonly #client: Client<any, any>;

  constructor(client: Client<any, any>) {
    super({ state: "idle", user: undefined, delay: undefined, since: 0, reason: undefined });
    this.#client = client;
  }

  protected start(): () => void {
    const show = (change?: Events<AnyMessages>["state"]) => {
      const { state, user } = this.#client;
      this.change({ state, user, delay: change?.delay, since: Date.now(), reason: change?.reason });
    };
    if (this.#client.state !== this.getSnapshot().state) show();
    const ends = [this.#client.on("state", show), this.#client.on("open", () => show())];
    return () => ends.forEach((end) => end());
  }
}

export interface RoomStoreOptions {
  /** How many of the last messages come first (0–200). Default 50. */
  readonly recent?: number;
  /** How many messages are kept, besides those that `loadOlder` brings. The oldest go first. Default 1,000. */
  readonly keep?: number;
}

/** What is known of a room. */
export interface RoomView<M extends object> {
  /** The messages of the log, oldest first. Fleeting ones are not among them. */
  readonly entries: readonly Entry<M>[];
  readonly state: RoomState;
  /** Why the room is refused, or why older messages could not be loaded. */
  readonly error: SwitchboardError | undefined;
  /** The index in `entries` before which messages are missing that the server has lost; undefined if none are. */
  readonly gap: number | undefined;
  /** Whether the log holds, or may hold, older messages. */
  readonly more: boolean;
  /** Whether older messages are being loaded. */
  readonly loading: boolean;
}

/** Follows a room: subscribes to it as long as anybody looks, and keeps what arrives. */
export class RoomStore<M extends object = AnyMessages, K extends Kinds = Record<never, never>> extends Store<RoomView<M>> {
  readonly room: Room<M, K>;
  readonly #client: Client<M, K>;
  readonly #recent: number;
  readonly #keep: number;
  #older = 0; // how many entries `loadOlder` has brought
  #epoch: string | undefined; // that of the oldest entry, if known

  constructor(client: Client<M, K>, room: string, { recent = 50, keep = 1000 }: RoomStoreOptions = {}) {
    super({ entries: [], state: "left", error: undefined, gap: undefined, more: false, loading: false });
    if (!Number.isInteger(keep) || keep < 1) throw new RangeError(`keep: ${keep} (expected: at least 1)`);
    this.#client = client;
    this.room = client.room(room);
    this.#recent = recent;
    this.#keep = keep;
  }

  /**
   * Loads up to `limit` messages before those that are there. Does nothing if there are none, or while it is at work.
   * Never rejects: `error` says why it failed.
   */
  readonly loadOlder = async (limit = 50): Promise<void> => {
    const { entries, more, loading } = this.getSnapshot();
    const first = entries[0];
    if (!more || loading || !first) return;
    this.change({ loading: true, error: undefined });
    try {
      const page = await this.room.history({ before: first.seq, limit: Math.min(limit, limits.maxPageEntries) });
      const now = this.getSnapshot();
      if (now.entries[0] !== first || !now.more) return this.change({ loading: false }); // it has started over meanwhile
      this.#epoch = page.epoch;
      this.#older += page.messages.length;
      this.change({
        entries: [...page.messages, ...now.entries],
        gap: now.gap === undefined ? undefined : now.gap + page.messages.length,
        more: page.more,
        loading: false,
      });
    } catch (error) {
      this.change({ loading: false, error: error as SwitchboardError });
    }
  };

  protected start(): () => void {
    const subscription: Subscription<M> = this.room.subscribe({ recent: this.#recent });
    this.#older = 0;
    this.#epoch = undefined;
    this.change({ ...this.initial, state: this.room.state });
    const ends = [
      subscription.onMessage((entry) => this.#arrived(entry)),
      this.room.onState((state) => this.change({ state, error: this.room.error })),
      this.#client.on("room_joined", ({ room, epoch }) => {
        if (room === this.room.name) this.#epoch ??= epoch;
      }),
      this.#client.on("gap", ({ room, epoch }) => {
        if (room === this.room.name) this.#missed(epoch);
      }),
    ];
    return () => {
      ends.forEach((end) => end());
      subscription.release();
    };
  }

  #missed(epoch: string): void {
    const { entries, more } = this.getSnapshot();
    // What came before the oldest entry is gone if the log has started over.
    this.change({ gap: entries.length || undefined, more: more && epoch === this.#epoch });
    if (entries.length === 0) this.#epoch = epoch;
  }

  #arrived(entry: Entry<M>): void {
    if (entry.seq === undefined) return;
    const { entries, gap, more } = this.getSnapshot();
    const all = [...entries, entry];
    const over = Math.max(0, all.length - this.#keep - this.#older);
    this.change({
      entries: over > 0 ? all.slice(over) : all,
      gap: gap === undefined || gap < over ? undefined : gap - over,
      more: more || over > 0 || (entries.length === 0 && entry.seq > 1),
    });
  }
}

/** Who is in a room. */
export interface PresenceView {
  /** The first 100. */
  readonly members: readonly string[];
  readonly count: number;
}

/** Follows who is in a room, and subscribes to it as long as anybody looks. */
export class PresenceStore extends Store<PresenceView> {
  readonly #client: Client<any, any>;
  readonly #room: string;

  constructor(client: Client<any, any>, room: string) {
    super({ members: [], count: 0 });
    this.#client = client;
    this.#room = room;
  }

  protected start(): () => void {
    const room = this.#client.room(this.#room);
    const show = () => this.change({ members: room.members, count: room.count });
    const subscription = room.subscribe();
    const end = this.#client.on("members", (event) => void (event.room === this.#room && show()));
    if (room.state === "joined") show();
    return () => {
      end();
      subscription.release();
    };
  }
}

export interface TypingOptions {
  /** The fleeting type that says it. Default `typing`. */
  readonly type?: string;
  /** Its data. Default `{ on }`. */
  readonly data?: (on: boolean) => unknown;
  /** What its data says. Default its `on`. */
  readonly on?: (data: any) => boolean;
  /** How long it holds without being said again, in milliseconds. It is said again after half of that. Default 6 s. */
  readonly lasts?: number;
}

/** Who is typing in a room, without this user. */
export interface TypingView {
  readonly typing: readonly string[];
}

/** Follows who is typing in a room, and tells the others of this user. */
export class TypingStore extends Store<TypingView> {
  readonly #client: Client<any, any>;
  readonly #room: Room<any>;
  readonly #options: Required<TypingOptions>;
  readonly #until = new Map<string, ReturnType<typeof setTimeout>>(); // what ends each one's typing
  #said = -Infinity; // when the others were told that this user is typing, by `performance.now()`

  constructor(client: Client<any, any>, room: string, options: TypingOptions = {}) {
    super({ typing: [] });
    this.#client = client;
    this.#room = client.room(room);
    this.#options = { type: "typing", data: (on) => ({ on }), on: (data) => data.on === true, lasts: 6000, ...options };
  }

  /** To be called with true on each keystroke, and with false when the message is sent or given up. */
  readonly setTyping = (on: boolean): void => {
    const now = performance.now();
    if (on ? now < this.#said + this.#options.lasts / 2 : this.#said === -Infinity) return;
    this.#said = on ? now : -Infinity;
    this.#room.fleeting(this.#options.type, this.#options.data(on));
  };

  protected start(): () => void {
    const subscription = this.#room.subscribe();
    subscription.onMessage(({ type, from, data }) => {
      if (from === undefined || from === this.#client.user) return;
      // Whoever has said something has typed it.
      this.#set(from, type === this.#options.type && this.#options.on(data));
    });
    const left = this.#client.on("user_left", ({ room, user }) => void (room === this.#room.name && this.#set(user, false)));
    return () => {
      left();
      subscription.release();
      this.#until.forEach((timer) => clearTimeout(timer));
      this.#until.clear();
      this.change({ typing: [] });
    };
  }

  #set(user: string, on: boolean): void {
    const before = this.#until.get(user);
    clearTimeout(before);
    this.#until.delete(user);
    if (on) this.#until.set(user, setTimeout(() => this.#set(user, false), this.#options.lasts));
    if (on !== (before !== undefined)) this.change({ typing: [...this.#until.keys()] });
  }
}
