import { Emitter } from "./emitter.js";
import { limits } from "./protocol.js";
import type {
  Delivered,
  Entry,
  HistoryOptions,
  Page,
  Presence,
  Published,
  PublishOptions,
  RoomJoined,
  TypeOf,
  UserListOptions,
  Users,
} from "./types.js";

/** Listeners by message type. They receive the data and the whole entry. */
export type ByType<M> = { [T in TypeOf<M>]: [data: M[T], entry: Delivered<T, M[T]>] };

/** What a room needs of its client. */
export interface Switch<M> {
  publish<T extends TypeOf<M>>(room: string, type: T, data: M[T], options?: PublishOptions): Promise<Published>;
  fleeting<T extends TypeOf<M>>(room: string, type: T, data: M[T], options?: { echo?: boolean }): boolean;
  history(log: { room: string }, options?: HistoryOptions): Promise<Page<M>>;
  userList(options?: UserListOptions & { room?: string }): Promise<Users>;
  leave(room: string): Promise<void>;
}

/** A room that the client has joined. It stays valid after reconnects, and can be joined again after leaving it. */
export class Room<M extends object> {
  readonly #client: Switch<M>;
  readonly #types: Emitter<ByType<M>>;
  #members: readonly string[] = []; // as reported by the server, at most 100
  #count = 0; // as reported by the server

  /** Not for users: rooms come from `client.join` and `client.room`. */
  constructor(
    readonly name: string,
    client: Switch<M>,
    thrown: (error: unknown) => void,
  ) {
    this.#client = client;
    this.#types = new Emitter(thrown);
  }

  /**
   * The first 100 members, as far as reported. Call `userList()` to learn who came or left while the connection was lost.
   */
  get members(): readonly string[] {
    return this.#members;
  }

  /** How many users are in the room. */
  get count(): number {
    return this.#count;
  }

  /** Adds a listener for messages of this type in this room. Returns a function that removes it. */
  on<T extends TypeOf<M>>(type: T, listener: (data: M[T], entry: Delivered<T, M[T]>) => unknown): () => void {
    return this.#types.on(type, listener as never);
  }

  /** Removes a listener or, if none is given, all listeners of this type. */
  off<T extends TypeOf<M>>(type: T, listener?: (data: M[T], entry: Delivered<T, M[T]>) => unknown): void {
    this.#types.off(type, listener as never);
  }

  /** Publishes a message. Resolves once it is in the log; rejects with a `SwitchboardError` if it is refused. */
  publish<T extends TypeOf<M>>(type: T, data: M[T], options?: PublishOptions): Promise<Published> {
    return this.#client.publish(this.name, type, data, options);
  }

  /**
   * Sends a fleeting message now or not at all; returns false if not.
   *
   * @throws SwitchboardError `too_large` if the message exceeds the server's size limit
   */
  fleeting<T extends TypeOf<M>>(type: T, data: M[T], options?: { echo?: boolean }): boolean {
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

  /** Leaves the room. Resolves when the server has confirmed it. */
  leave(): Promise<void> {
    return this.#client.leave(this.name);
  }

  /** @internal */
  deliver(entry: Entry<M>): void {
    (this.#types as Emitter<any>).emit(entry.type, entry.data, entry);
  }

  /** @internal */
  joined({ members, count }: RoomJoined): void {
    this.#members = members;
    this.#count = count;
  }

  /** @internal */
  changed({ user, count }: Presence, there: boolean): void {
    const others = this.#members.filter((member) => member !== user);
    this.#members = there && others.length < limits.maxListedUsers ? [...others, user] : others;
    this.#count = count;
  }

  /** @internal */
  counted(count: number): void {
    this.#count = count;
  }

  /** @internal */
  get unheard(): boolean {
    return this.#types.empty;
  }
}
