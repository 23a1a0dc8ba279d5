import { Emitter } from "./emitter.js";
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

/** Listeners by message type: they get the data and the whole entry. */
export type ByType<M> = { [T in TypeOf<M>]: [data: M[T], entry: Delivered<T, M[T]>] };

/** What a room asks of its client. */
export interface Switch<M> {
  publish<T extends TypeOf<M>>(room: string, type: T, data: M[T], options?: PublishOptions): Promise<Published>;
  fleeting<T extends TypeOf<M>>(room: string, type: T, data: M[T], options?: { echo?: boolean }): boolean;
  history(log: { room: string }, options?: HistoryOptions): Promise<Page<M>>;
  userList(options?: UserListOptions & { room?: string }): Promise<Users>;
  leave(room: string): Promise<void>;
}

/** A room that the client joined. It stays valid over reconnects, and for joining it again after it was left. */
export class Room<M extends object> {
  readonly #client: Switch<M>;
  readonly #types: Emitter<ByType<M>>;
  #members: readonly string[] = [];
  #count = 0;

  /** Rooms come from `client.join` and `client.room`. */
  constructor(
    readonly name: string,
    client: Switch<M>,
    thrown: (error: unknown) => void,
  ) {
    this.#client = client;
    this.#types = new Emitter(thrown);
  }

  /** The first 100 members as far as told; who came or went while the connection was lost is only in `userList()`. */
  get members(): readonly string[] {
    return this.#members;
  }

  /** How many users there are. */
  get count(): number {
    return this.#count;
  }

  /** For messages of this type in this room. Returns what takes the listener off again. */
  on<T extends TypeOf<M>>(type: T, listener: (data: M[T], entry: Delivered<T, M[T]>) => unknown): () => void {
    return this.#types.on(type, listener as never);
  }

  off<T extends TypeOf<M>>(type: T, listener?: (data: M[T], entry: Delivered<T, M[T]>) => unknown): void {
    this.#types.off(type, listener as never);
  }

  /** Resolves once the message is safe; rejects with a `SwitchboardError` if it is refused. */
  publish<T extends TypeOf<M>>(type: T, data: M[T], options?: PublishOptions): Promise<Published> {
    return this.#client.publish(this.name, type, data, options);
  }

  /** Sends now or not at all; false if not. Throws a `SwitchboardError` for what the server would not take. */
  fleeting<T extends TypeOf<M>>(type: T, data: M[T], options?: { echo?: boolean }): boolean {
    return this.#client.fleeting(this.name, type, data, options);
  }

  history(options?: HistoryOptions): Promise<Page<M>> {
    return this.#client.history({ room: this.name }, options);
  }

  /** Asks the server, and brings `members` and `count` up to date. */
  async userList(options: UserListOptions = {}): Promise<Users> {
    const users = await this.#client.userList({ ...options, room: this.name });
    if (options.after === undefined) this.#members = users.members;
    this.#count = users.count;
    return users;
  }

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
    this.#members = there && others.length < 100 ? [...others, user] : others;
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
