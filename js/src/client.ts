import type { Conversation } from "./conversation.js";
import type { Report } from "./effects.js";
import { SwitchboardError } from "./error.js";
import { deferred, Engine, type Deferred } from "./engine.js";
import { Handshakes } from "./handshakes.js";
import {
  type Answer,
  type Answerable,
  type Fleeting,
  type Kinds,
  type Protocol,
  type Publishable,
  type ReplyTo,
  type Requestable,
  type Sendable,
  wrongKind,
} from "./kinds.js";
import type { Url } from "./link.js";
import { Listeners } from "./listeners.js";
import { Network } from "./network.js";
import { patiently, type Patience } from "./patience.js";
import { settings, type Options, type SocketConstructor } from "./options.js";
import { limits } from "./protocol.js";
import { Repliers } from "./repliers.js";
import { Room, type Wishes } from "./room.js";
import { Plain, type Reading } from "./plain.js";
import type {
  AnyMessages,
  AuthFailure,
  CloseOptions,
  Delivered,
  Events,
  HistoryOptions,
  JoinOptions,
  LogAddress,
  Page,
  Published,
  PublishedToRooms,
  PublishOptions,
  RoomEntry,
  State,
  TypeOf,
  UserListOptions,
  Users,
  UserStatus,
} from "./types.js";

/**
 * A connection to a Switchboard server that reconnects by itself. `M` maps message types to their data, `K` tells how
 * they are used. A generated protocol says both.
 */
export class Client<M extends object = AnyMessages, K extends Kinds = Record<never, never>> {
  readonly #engine: Engine;
  readonly #rooms = new Map<string, Room<M, K>>();
  readonly #handshakes = new Handshakes();
  readonly #publishing = new Set<Deferred<void>>(); // until they have their answers
  readonly #listeners = new Listeners<M>();
  readonly #network = new Network(
    () => this.#engine.do((now) => this.#engine.session.online(now)),
    () => this.#engine.do((now) => this.#engine.session.probe(now)),
  );
  readonly #wishes: Wishes = {
    want: (room, recent) => this.#engine.do(() => this.#talk.want(room, recent)),
    unwant: (room) => this.#engine.do(() => this.#talk.unwant(room)),
    joinSince: (room, options) => this.#engine.ask((now) => this.#talk.join(now, room, options), options),
    leave: (room) => this.#engine.ask((now) => this.#talk.leave(now, room)),
    thrown: this.#listeners.thrown,
    failed: (event) => this.#report({ kind: "report", name: "error", event }),
  };
  readonly #reading: Reading;
  readonly #repliers = new Repliers(this.#listeners.thrown);
  readonly #kinds: Kinds | undefined;

  /**
   * Creates a client. Nothing is sent before `connect()`. `url` may be a function, which is called before each attempt (for
   * example, to fetch a fresh token). `protocol` is the constant of a generated file.
   *
   * @throws TypeError if there is no WebSocket or the URL is invalid
   * @throws RangeError if an option is out of range
   */
  constructor(url: Url, protocol: Protocol<M, K>, options?: Options);
  constructor(url: Url, options?: Options);
  constructor(url: Url, first: Protocol<M, K> | Options = {}, second: Options = {}) {
    const protocol = "types" in first ? first : undefined;
    const options = protocol ? second : (first as Options);
    this.#kinds = protocol?.types;
    const chosen = settings(options, protocol?.hash);
    const Socket = options.WebSocket ?? (globalThis as { WebSocket?: SocketConstructor }).WebSocket;
    if (!Socket) throw new TypeError("WebSocket: undefined (expected: a global one, or the option, such as that of `ws`)");
    if (typeof url === "string" && !/^(wss?|https?):\/\/./.test(url)) {
      throw new TypeError(`url: ${url} (expected: ws://… or wss://…)`);
    }
    const tell = (report: Report) => this.#report(report);
    this.#reading = chosen.encryption?.opening(tell, this.#listeners.thrown) ?? new Plain(tell);
    this.#engine = new Engine(url, chosen, Socket, {
      report: (report) => this.#reading.report(report),
      asked: (question) => void this.#repliers.answer(this.#engine, question),
      failed: (error) => console.error(error),
    });
  }

  get #talk(): Conversation {
    return this.#engine.session.conversation;
  }

  /** The state of the client. */
  get state(): State {
    return this.#engine.session.state;
  }

  /** The user that the server knows this client as, once connected. */
  get user(): string | undefined {
    return this.#talk.user || undefined;
  }

  /** The ID of the session, once there is one. */
  get session(): string | undefined {
    return this.#engine.session.id;
  }

  /** Whether the server has taken a token of the option `token` on the present connection. */
  isAuthenticated(): boolean {
    return this.#engine.session.authenticated;
  }

  /** The same as `on("auth_failed", listener)`. */
  onAuthFailure(listener: (failure: AuthFailure) => unknown): () => void {
    return this.on("auth_failed", listener);
  }

  /** Adds a listener for an event. Returns a function that removes it. */
  on<Name extends keyof Events<M>>(name: Name, listener: (event: Events<M>[Name]) => unknown): () => void {
    return this.#listeners.events.on(name, listener as never);
  }

  /** Adds a listener for the next event of this name only. Returns a function that removes it. */
  once<Name extends keyof Events<M>>(name: Name, listener: (event: Events<M>[Name]) => unknown): () => void {
    return this.#listeners.events.once(name, listener as never);
  }

  /** Removes a listener or, if none is given, all listeners of this name. */
  off<Name extends keyof Events<M>>(name: Name, listener?: (event: Events<M>[Name]) => unknown): void {
    this.#listeners.events.off(name, listener as never);
  }

  /** Adds a listener for messages of this type from anywhere. Returns a function that removes it. */
  onType<T extends TypeOf<M>>(type: T, listener: (data: M[T], entry: Delivered<T, M[T]>) => unknown): () => void {
    return this.#listeners.types.on(type, listener as never);
  }

  /**
   * Connects, or ends the wait for the next attempt. Resolves when the session is open. Rejects if the attempt fails; it is
   * repeated only with `reconnectFromStart`, which is the default in browsers. A client that is closing connects anew.
   */
  connect(): Promise<void> {
    return this.state === "open" ? Promise.resolve() : this.#opened((now) => this.#engine.session.connect(now));
  }

  /**
   * Reconnects now: ends a wait, replaces an open connection, or starts again after the client was closed. Resolves when
   * the session is open.
   */
  reconnect(): Promise<void> {
    return this.#opened((now) => this.#engine.session.reconnect(now));
  }

  /**
   * Asks the server at once whether the connection is still alive; without an answer within 2.5 s the client reconnects. In
   * browsers it does so by itself when the network or the page comes back.
   */
  probe(): void {
    this.#engine.do((now) => this.#engine.session.probe(now));
  }

  /**
   * Ends the session. Resolves when the connection is closed. Unacknowledged messages are refused with `closed`, but with
   * `flush` only after the server had so many milliseconds to answer them. Rooms and places are forgotten. The client can
   * `connect()` again.
   */
  async close({ reason, flush = 0 }: CloseOptions = {}): Promise<void> {
    if (flush > 0) await this.flush({ timeout: flush }).catch(() => {});
    const close = (now: number) => this.#engine.session.close(now, reason);
    if (this.state === "idle" || this.state === "closed") {
      this.#engine.do(close);
      return this.#closed();
    }
    const closed = this.#handshakes.closed();
    this.#engine.do(close);
    await closed;
  }

  /**
   * Resolves once everything that was published so far has its answer, which may be a refusal. Rejects with `timeout`, or
   * with the reason of `signal`; the messages wait on.
   */
  async flush(options: Patience = {}): Promise<void> {
    await patiently(Promise.all([...this.#publishing].map(({ promise }) => promise)), options);
  }

  /** Returns the room of this name, always the same object, whether the client is in it or not. */
  room(name: string): Room<M, K> {
    const room = this.#rooms.get(name) ?? new Room<M, K>(name, this, this.#wishes);
    this.#rooms.set(name, room);
    return room;
  }

  /** Joins a room. Resolves when the client is in it; listeners that are added to it right after that hear what follows. */
  join(name: string, options?: JoinOptions): Promise<Room<M, K>> {
    const room = this.room(name);
    const joined = room.join(options).then(() => room);
    joined.catch(() => {});
    return joined;
  }

  /** Undoes `join`. Resolves when the server has confirmed it. */
  leave(room: string): Promise<void> {
    return this.room(room).leave();
  }

  /**
   * Publishes a message to a room, to several rooms or, by address, to a user's inbox or everyone. Resolves once the message
   * is in the log; until then it is sent again after each reconnect. Use `fleeting` for types that are fleeting at the
   * server; here they are refused with `bad_message`.
   */
  publish<T extends Publishable<M, K>>(to: string | LogAddress, type: T, data: M[T], options?: PublishOptions): Promise<Published>;
  publish<T extends Publishable<M, K>>(
    rooms: readonly string[],
    type: T,
    data: M[T],
    options?: PublishOptions,
  ): Promise<PublishedToRooms>;
  publish(to: string | LogAddress | readonly string[], type: string, data: unknown, options?: PublishOptions): Promise<any> {
    const wrong = wrongKind(this.#kinds, type, "message");
    if (wrong) return Promise.reject(wrong);
    const address = typeof to === "string" ? { room: to } : "length" in to ? { rooms: [...to] } : to;
    const answered = deferred<void>();
    this.#publishing.add(answered);
    const done = () => void (this.#publishing.delete(answered) && answered.resolve());
    return this.#engine.ask((now) => this.#talk.publish(now, address, type, data, options), { done, signal: options?.signal });
  }

  /**
   * Sends a fleeting message to a room or, by address, to a user or everyone. Sends it now or not at all; returns false if
   * not. Your own copy comes only with `echo: true`.
   *
   * @throws SwitchboardError `too_large` if the message exceeds the server's size limit
   */
  fleeting<T extends Fleeting<M, K>>(to: string | LogAddress, type: T, data: M[T], options: { echo?: boolean } = {}): boolean {
    const wrong = wrongKind(this.#kinds, type, "fleeting");
    if (wrong) throw wrong;
    if (this.#engine.congested) return false;
    const address = typeof to === "string" ? { room: to } : to;
    return this.#engine.do(() => this.#talk.fleeting(address, type, data, options.echo));
  }

  /**
   * Sends a request to the server's handler. Resolves with the data of the reply. The request is not repeated if the
   * connection is lost (`connection_lost`).
   */
  request<T extends Requestable<M, K>>(type: T, data: M[T], options: Patience = {}): Promise<Answer<M, K, T>> {
    const wrong = wrongKind(this.#kinds, type, "request");
    return wrong ? Promise.reject(wrong) : this.#request(type, data, options, (reply) => reply.data as Answer<M, K, T>);
  }

  #request<R>(type: string, data: unknown, { timeout, signal }: Patience, map: (reply: { data: unknown }) => R): Promise<R> {
    return this.#engine.ask((now) => this.#talk.request(now, type, data, timeout), { map, signal });
  }

  /**
   * Answers the server's requests of this type. `K` names the type of the reply, which is given again as `replyType`. The
   * replier is called once for each request, even if the connection is lost and the server asks again. If it throws, the
   * request is refused: a `SwitchboardError` with its code, anything else with `internal`. Returns a function that removes
   * the replier.
   *
   * @throws TypeError if the type already has a replier
   */
  reply<T extends Answerable<M, K>>(
    type: T,
    replyType: ReplyTo<K, T>,
    replier: (data: M[T]) => Answer<M, K, T> | Promise<Answer<M, K, T>>,
  ): () => void {
    return this.#repliers.add(type, replyType, replier);
  }

  /** Sends a message to the server's handler. Resolves when the handler has processed it. */
  send<T extends Sendable<M, K>>(type: T, data: M[T], options: Patience = {}): Promise<void> {
    const wrong = wrongKind(this.#kinds, type, "message", "request");
    return wrong ? Promise.reject(wrong) : this.#request(type, data, options, () => {});
  }

  /** Reads a page of a log: of a room you are in, of your own inbox, or of everyone's log. */
  history(log: LogAddress, options?: HistoryOptions): Promise<Page<M>> {
    const map = (sealed: any) => this.#reading.page(sealed) as Promise<Page<M>>;
    return this.#engine.ask((now) => this.#talk.history(now, log, options), { map, signal: options?.signal });
  }

  /** Asks who is in a room or, without a room, online. */
  userList({ room, ...options }: UserListOptions & { room?: string } = {}): Promise<Users> {
    return this.#engine.ask((now) => this.#talk.userList(now, room, options), { signal: options.signal });
  }

  /** Asks whether these users are online. Resolves in the given order. */
  userStatus(users: readonly string[]): Promise<UserStatus[]> {
    return this.#statuses(users);
  }

  /**
   * Like `userStatus`, and from now on reports each change as `user_status`, also after reconnects. At most 1,000 users.
   */
  watch(users: readonly string[]): Promise<UserStatus[]> {
    return this.#statuses(users, true);
  }

  /** Stops watching these users. */
  unwatch(users: readonly string[]): Promise<void> {
    return this.#statuses(users, false, () => {});
  }

  #statuses<T = UserStatus[]>(
    users: readonly string[],
    watch?: boolean,
    map: (statuses: UserStatus[]) => T = (statuses) => statuses as T,
  ): Promise<T> {
    const asked: Promise<UserStatus[]>[] = [];
    for (let from = 0; from < users.length; from += limits.maxStatusUsers) {
      const some = users.slice(from, from + limits.maxStatusUsers);
      asked.push(this.#engine.ask((now) => this.#talk.userStatus(now, some, watch)));
    }
    const all = Promise.all(asked).then((groups) => map(groups.flat()));
    all.catch(() => {}); // that the client was closed is no unhandled rejection
    return all;
  }

  #opened(start: (now: number) => void): Promise<void> {
    const opened = this.#handshakes.opened();
    this.#engine.do(start);
    return opened;
  }

  #report(report: Report): void {
    const known = this.#handshakes.told(report, this.state);
    this.#listeners.tell(report, this.#applied(report) || known);
    if (report.name === "message" && report.event.room !== undefined) {
      this.#rooms.get(report.event.room)?.arrived(report.event as RoomEntry<M>);
    }
  }

  /** Brings the rooms, and the watch of the network, in line with a report. Returns whether listeners can do without it. */
  #applied({ name, event }: Report): boolean {
    switch (name) {
      case "state":
        this.#network.watch(event.state !== "closed");
        if (event.state === "closed") this.#closed();
        if (event.state === "connecting" && event.before !== "waiting") this.#rooms.forEach((room) => room.away());
        return this.session !== undefined;
      case "open":
        if (!event.resumed) this.#rooms.forEach((room) => room.away());
        break;
      case "room_joined":
        this.room(event.room).entered(event);
        break;
      case "members":
        this.#rooms.get(event.room)?.listed(event);
        break;
      case "room_left":
        return this.#rooms.get(event.room)?.gone(event.error) ?? false;
      case "gap":
        if (event.room !== undefined) this.#rooms.get(event.room)?.gap();
        break;
    }
    return false;
  }

  #closed(): void {
    const error = new SwitchboardError("closed", "the client was closed", false);
    this.#rooms.forEach((room) => room.closed(error, !this.#talk.places.rooms.has(room.name)));
  }
}
