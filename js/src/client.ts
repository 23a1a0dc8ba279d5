import type { Conversation } from "./conversation.js";
import type { Report } from "./effects.js";
import { Emitter } from "./emitter.js";
import { SwitchboardError } from "./error.js";
import { Engine, type Question } from "./engine.js";
import type { Url } from "./link.js";
import { settings, type Options, type SocketConstructor } from "./options.js";
import { Room, type ByType } from "./room.js";
import { MOST_USERS } from "./statuses.js";
import type {
  AnyMessages,
  Answer,
  Delivered,
  Entry,
  Events,
  HistoryOptions,
  JoinOptions,
  LogAddress,
  Page,
  Published,
  PublishedToRooms,
  PublishOptions,
  State,
  TypeOf,
  UserListOptions,
  Users,
  UserStatus,
} from "./types.js";

interface Replier {
  readonly replyType: string;
  replier(data: unknown): unknown;
}

type Listeners<M> = { [Name in keyof Events<M>]: [event: Events<M>[Name]] };

/**
 * A connection to a Switchboard server that comes back by itself. `M` maps message types to their data, `A` request types
 * to the types of their replies.
 */
export class Client<M extends object = AnyMessages, A extends object = Record<never, never>> {
  readonly #engine: Engine;
  readonly #rooms = new Map<string, Room<M>>();
  readonly #connecting = new Set<{ resolve(): void; reject(error: SwitchboardError): void }>();
  readonly #thrown = (error: unknown) => this.#listenerThrew(error);
  readonly #listeners = new Emitter<Listeners<M>>(this.#thrown);
  readonly #types = new Emitter<ByType<M>>(this.#thrown);
  readonly #online = () => this.#engine.do((now) => this.#engine.session.online(now));
  readonly #repliers = new Map<string, Replier>();
  #listenerThrowing = false;

  /** `url` may be a function, asked before each attempt (for a fresh token). Nothing is sent before `connect()`. */
  constructor(url: Url, options: Options = {}) {
    const chosen = settings(options);
    const Socket = options.WebSocket ?? (globalThis as { WebSocket?: SocketConstructor }).WebSocket;
    if (!Socket) throw new TypeError("WebSocket: undefined (expected: a global one, or the option, as from `ws`)");
    if (typeof url === "string" && !/^(wss?|https?):\/\/./.test(url)) {
      throw new TypeError(`url: ${url} (expected: ws://… or wss://…)`);
    }
    this.#engine = new Engine(url, chosen, Socket, {
      report: (report) => this.#report(report),
      asked: (question) => void this.#answer(question),
      failed: (error) => console.error(error),
    });
  }

  get #talk(): Conversation {
    return this.#engine.session.conversation;
  }

  get state(): State {
    return this.#engine.session.state;
  }

  /** Who the server takes us for, once connected. */
  get user(): string | undefined {
    return this.#talk.user || undefined;
  }

  get session(): string | undefined {
    return this.#engine.session.id;
  }

  /** Returns what takes the listener off again. */
  on<Name extends keyof Events<M>>(name: Name, listener: (event: Events<M>[Name]) => unknown): () => void {
    return this.#listeners.on(name, listener as never);
  }

  once<Name extends keyof Events<M>>(name: Name, listener: (event: Events<M>[Name]) => unknown): () => void {
    return this.#listeners.once(name, listener as never);
  }

  /** Without a listener: all of that name. */
  off<Name extends keyof Events<M>>(name: Name, listener?: (event: Events<M>[Name]) => unknown): void {
    this.#listeners.off(name, listener as never);
  }

  /** For messages of this type from anywhere. Returns what takes the listener off again. */
  onType<T extends TypeOf<M>>(type: T, listener: (data: M[T], entry: Delivered<T, M[T]>) => unknown): () => void {
    return this.#types.on(type, listener as never);
  }

  /** Resolves when open; rejects if that fails, which is not tried again unless `reconnectFromStart` says so. */
  connect(): Promise<void> {
    return this.state === "open" ? Promise.resolve() : this.#opened((now) => this.#engine.session.connect(now));
  }

  /** Comes back now: ends a wait, replaces a connection, starts again after the end. Resolves when open. */
  reconnect(): Promise<void> {
    return this.#opened((now) => this.#engine.session.reconnect(now));
  }

  /** Ends the session. What was not acknowledged is refused with `closed`; rooms and places are forgotten. */
  close(reason?: string): void {
    this.#engine.do((now) => this.#engine.session.close(now, reason));
  }

  /** The room of this name, joined or not, to listen before joining. */
  room(name: string): Room<M> {
    const room = this.#rooms.get(name) ?? new Room<M>(name, this, this.#thrown);
    this.#rooms.set(name, room);
    return room;
  }

  /** Resolves when joined; entries that follow reach listeners that are added right after. */
  join(room: string, options?: JoinOptions): Promise<Room<M>> {
    return this.#engine.ask((now) => this.#talk.join(now, room, options), () => this.room(room));
  }

  leave(room: string): Promise<void> {
    return this.#engine.ask((now) => this.#talk.leave(now, room));
  }

  /**
   * To a room, several rooms, or by address to a user's inbox or everyone. Resolves once the message is in the log; it is
   * sent again over reconnects until then. Types that are fleeting at the server are for `fleeting` (here they are refused
   * with `bad_message`).
   */
  publish<T extends TypeOf<M>>(to: string | LogAddress, type: T, data: M[T], options?: PublishOptions): Promise<Published>;
  publish<T extends TypeOf<M>>(
    rooms: readonly string[],
    type: T,
    data: M[T],
    options?: PublishOptions,
  ): Promise<PublishedToRooms>;
  publish(to: string | LogAddress | readonly string[], type: string, data: unknown, options?: PublishOptions): Promise<any> {
    const address = typeof to === "string" ? { room: to } : "length" in to ? { rooms: [...to] } : to;
    return this.#engine.ask(() => this.#talk.publish(address, type, data, options));
  }

  /**
   * To a room, or to a user or everyone by address. Sends now or not at all; false if not. The own copy comes only with
   * `echo: true`. Throws a `SwitchboardError` (`too_large`) for what the server would not take.
   */
  fleeting<T extends TypeOf<M>>(to: string | LogAddress, type: T, data: M[T], options: { echo?: boolean } = {}): boolean {
    if (this.#engine.congested) return false;
    const address = typeof to === "string" ? { room: to } : to;
    return this.#engine.do(() => this.#talk.fleeting(address, type, data, options.echo));
  }

  /** Asks the server's own handler; the reply's data. Not repeated if the connection is lost (`connection_lost`). */
  request<T extends TypeOf<M>>(type: T, data: M[T], options: { timeout?: number } = {}): Promise<Answer<M, A, T>> {
    const ask = (now: number) => this.#talk.request(now, type, data, options.timeout);
    return this.#engine.ask(ask, (reply: { data: Answer<M, A, T> }) => reply.data);
  }

  /**
   * Answers what the server asks under this type; `A` names the reply's type, given again as `replyType`. Called once for
   * each question, also if the connection is lost and the server asks again. What is thrown refuses it: a `SwitchboardError`
   * with its code, anything else with `internal`. Returns what takes it off again.
   */
  reply<T extends TypeOf<M> & keyof A>(
    type: T,
    replyType: A[T] & string,
    replier: (data: M[T]) => Answer<M, A, T> | Promise<Answer<M, A, T>>,
  ): () => void {
    if (this.#repliers.has(type)) throw new TypeError(`type: ${type} is answered already (expected: once)`);
    const entry: Replier = { replyType, replier: replier as Replier["replier"] };
    this.#repliers.set(type, entry);
    return () => void (this.#repliers.get(type) === entry && this.#repliers.delete(type));
  }

  /** To the server's own handler; resolves when that is done. */
  async send<T extends TypeOf<M>>(type: T, data: M[T], options: { timeout?: number } = {}): Promise<void> {
    await this.request(type, data, options);
  }

  /** Of a room one is in, of one's own inbox, or of everyone's log. */
  history(log: LogAddress, options?: HistoryOptions): Promise<Page<M>> {
    return this.#engine.ask((now) => this.#talk.history(now, log, options));
  }

  /** Without a room: who is online. */
  userList({ room, ...options }: UserListOptions & { room?: string } = {}): Promise<Users> {
    return this.#engine.ask((now) => this.#talk.userList(now, room, options));
  }

  /** Whether these users are online, in the order given. */
  userStatus(users: readonly string[]): Promise<UserStatus[]> {
    return this.#statuses(users);
  }

  /** The same, and from now on each change is told as `user_status`, over reconnects too. At most 1,000 users. */
  watch(users: readonly string[]): Promise<UserStatus[]> {
    return this.#statuses(users, true);
  }

  /** Ends `watch` for these users. */
  async unwatch(users: readonly string[]): Promise<void> {
    await this.#statuses(users, false);
  }

  async #statuses(users: readonly string[], watch?: boolean): Promise<UserStatus[]> {
    const asked: Promise<UserStatus[]>[] = [];
    for (let from = 0; from < users.length; from += MOST_USERS) {
      const some = users.slice(from, from + MOST_USERS);
      asked.push(this.#engine.ask((now) => this.#talk.userStatus(now, some, watch)));
    }
    return (await Promise.all(asked)).flat();
  }

  async #answer({ id, type, data }: Question): Promise<void> {
    const answer = this.#repliers.get(type);
    try {
      if (!answer) throw new SwitchboardError("unknown_type", `type: ${type} is not answered here`, false);
      const reply = await answer.replier(data);
      this.#engine.do(() => this.#talk.reply(id, answer.replyType, reply));
    } catch (error) {
      const known = error instanceof SwitchboardError;
      if (!known) this.#listenerThrew(error);
      const { code, message, retryable } = known ? error : new SwitchboardError("internal", "the client failed");
      this.#engine.do(() => this.#talk.refuse(id, code, message, retryable));
    }
  }

  #opened(start: (now: number) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#connecting.add({ resolve, reject });
      this.#engine.do(start);
    });
  }

  #report({ name, event }: Report): void {
    switch (name) {
      case "state":
        this.#listenForNetwork(event.state === "waiting");
        break;
      case "open":
        this.#connecting.forEach(({ resolve }) => resolve());
        this.#connecting.clear();
        break;
      case "close":
        if (!event.again) this.#gaveUp(`closed with ${event.code} ${event.reason}`.trimEnd(), event);
        break;
      case "error": {
        const told = this.state === "closed" && this.#connecting.size > 0;
        if (this.state === "closed") this.#gaveUp(event.message, event);
        if (!told && !this.#listeners.has("error")) console.error(event);
        break;
      }
      case "reconnect_failed":
        this.#gaveUp(`${event.attempt} attempts to reconnect failed`, event);
        break;
      case "room_joined":
        this.room(event.room).joined(event);
        break;
      case "user_joined":
      case "user_left":
        this.#rooms.get(event.room)?.changed(event, name === "user_joined");
        break;
      case "users_changed":
        this.#rooms.get(event.room)?.counted(event.count);
        break;
      case "room_left":
        if (this.#rooms.get(event.room)?.unheard) this.#rooms.delete(event.room);
        break;
    }
    (this.#listeners as Emitter<any>).emit(name, event);
    if (name === "message") this.#deliver(event as Entry<M>);
  }

  #deliver(entry: Entry<M>): void {
    (this.#types as Emitter<any>).emit(entry.type, entry.data, entry);
    if (entry.room !== undefined) this.#rooms.get(entry.room)?.deliver(entry);
  }

  #gaveUp(why: string, details: unknown): void {
    const error = new SwitchboardError("closed", why, true, details);
    this.#connecting.forEach(({ reject }) => reject(error));
    this.#connecting.clear();
  }

  #listenForNetwork(listen: boolean): void {
    if (typeof globalThis.addEventListener !== "function") return;
    if (listen) globalThis.addEventListener("online", this.#online);
    else globalThis.removeEventListener("online", this.#online);
  }

  #listenerThrew(cause: unknown): void {
    const error = new SwitchboardError("listener", `a listener threw: ${String(cause)}`, false, undefined, undefined, cause);
    if (!this.#listenerThrowing && this.#listeners.has("error")) {
      this.#listenerThrowing = true;
      this.#listeners.emit("error", error);
      this.#listenerThrowing = false;
    } else {
      console.error(error);
    }
  }
}
