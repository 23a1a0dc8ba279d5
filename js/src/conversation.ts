import { answer } from "./answers.js";
import { Arrivals } from "./arrivals.js";
import type { Emit } from "./effects.js";
import { SwitchboardError, type Unsent } from "./error.js";
import type { Settings } from "./options.js";
import { Outbox, type Command, type CommandKind } from "./outbox.js";
import { Places, type Gap } from "./places.js";
import { defaults } from "./protocol.js";
import { Replies, type QuestionId } from "./replies.js";
import { Rooms, type Wanted } from "./rooms.js";
import type { Sealing } from "./sealing.js";
import { Statuses } from "./statuses.js";
import type { Address, HistoryOptions, JoinOptions, LogAddress, PublishOptions, UserListOptions } from "./types.js";
import { byteLength, entryFault, errorOf, frame, names, reserved, text, typeFault, type Json } from "./wire.js";

/** Sources of randomness: message IDs, and numbers for delays. */
interface Draws {
  random(): number;
  newId(): string;
}

/**
 * What is exchanged with the server across all connections: commands and their answers, entries, and places in logs.
 *
 * Places, watched users and kept replies outlive connections; `welcomed` or `resumed` brings them in line with the server on
 * each new one. A room of a new session is joined again first. Until the server has answered, publications to it wait, and so
 * do later ones to the same rooms, because order within a log matters.
 */
export class Conversation {
  readonly places = new Places();
  readonly #outbox: Outbox;
  readonly #arrivals: Arrivals;
  readonly #replies: Replies;
  readonly #statuses: Statuses;
  readonly #sealing: Sealing | undefined;
  readonly #settings: Settings;
  readonly #emit: Emit;
  readonly #draws: Draws;
  /** Which rooms the client is in, or wants to be in. */
  readonly rooms: Rooms;
  #open = false; // whether there is a connection to send on
  #ended: SwitchboardError | undefined; // why nothing is accepted, once the client is closed
  #mostBytes = Infinity; // the server's limit on the size of a message
  #tickets = 0; // how many were given out
  user = ""; // the user that the server knows this client as

  constructor(settings: Settings, draws: Draws, emit: Emit) {
    this.#settings = settings;
    this.#draws = draws;
    this.#emit = emit;
    this.#outbox = new Outbox(settings);
    this.#replies = new Replies(emit);
    this.#statuses = new Statuses(emit);
    const say = (command: Command) => void (this.#outbox.add(command) === undefined && this.#send(command));
    this.rooms = new Rooms(this.places, this.#outbox, draws.random, emit, say);
    this.#sealing = settings.encryption?.sealing(emit);
    this.#arrivals = new Arrivals(this.places, this.#outbox, (gap) => this.#gap(gap));
  }

  publish(now: number, address: Address, type: string, data: unknown, options: PublishOptions = {}): number {
    const messageId = options.messageId ?? this.#draws.newId();
    const head: Json = { type, ...address, messageId };
    if (options.echo === false) head.echo = false;
    const unsent: Unsent = { type, data, ...address, messageId };
    const fault = typeFault(type) ?? this.#sealing?.fault(head);
    const deadline = options.timeout === undefined ? undefined : now + options.timeout;
    const cipher = this.#sealing?.cipher(head);
    return this.#command("publish", head, { data: JSON.stringify(data), unsent, fault, cipher, deadline });
  }

  /** Sends a message to the server's handler. */
  request(now: number, type: string, data: unknown, timeout = this.#settings.requestTimeout): number {
    const extra = { data: JSON.stringify(data), unsent: { type, data }, fault: typeFault(type) };
    return this.#command("request", { type }, { ...extra, deadline: now + timeout });
  }

  join(now: number, room: string, { recent, since, timeout = this.#settings.requestTimeout }: JoinOptions = {}): number {
    const head: Json = { type: "join_room", room };
    if (recent !== undefined) head.recent = recent;
    if (since !== undefined) head.since = since;
    return this.#command("join", head, { deadline: now + timeout });
  }

  /** Wants to be in a room, until `leave`. Joins it as soon as possible, and again until that is refused for good. */
  want(room: string, recent?: number): Wanted | "closed" {
    return this.#ended ? "closed" : this.rooms.want(room, recent);
  }

  /** Leaves a room, which the server has to confirm in time. */
  leave(now: number, room: string): number {
    this.rooms.unwanted(room);
    return this.#leave(room, now + this.#settings.requestTimeout);
  }

  /** Leaves a room, however long it takes. */
  unwant(room: string): void {
    if (this.rooms.unwanted(room)) this.#leave(room);
  }

  #leave(room: string, deadline?: number): number {
    const ticket = this.#command("leave", { type: "leave_room", room }, { deadline });
    if (this.#open) this.flush();
    return ticket;
  }

  history(now: number, log: LogAddress, options: HistoryOptions = {}): number {
    const head: Json = { type: "history", ...log };
    if (options.before !== undefined) head.before = options.before;
    if (options.after !== undefined) head.after = options.after;
    head.limit = options.limit ?? defaults.pageEntries;
    return this.#command("history", head, { deadline: now + (options.timeout ?? this.#settings.requestTimeout) });
  }

  userList(now: number, room: string | undefined, options: UserListOptions = {}): number {
    const head: Json = { type: "user_list" };
    if (room !== undefined) head.room = room;
    if (options.after !== undefined) head.after = options.after;
    return this.#command("user_list", head, { deadline: now + (options.timeout ?? this.#settings.requestTimeout) });
  }

  /** Asks whether users are online. `watch` starts or stops notifications; undefined leaves them as they are. */
  userStatus(now: number, users: readonly string[], watch?: boolean): number {
    const head: Json = { type: "user_status", users: [...users] };
    if (watch !== undefined) head.watch = watch;
    return this.#command("user_status", head, { deadline: now + this.#settings.requestTimeout });
  }

  /** Whether a message is within the server's size limit. */
  fits(message: string): boolean {
    return message.length * 3 <= this.#mostBytes || byteLength(message) <= this.#mostBytes;
  }

  /** Sends a fleeting message now or not at all; returns false if not. Throws if it exceeds the server's size limit. */
  fleeting(address: Address, type: string, data: unknown, echo = false): boolean {
    const fault = typeFault(type);
    if (fault) throw fault;
    if (!this.#open) return false;
    const head: Json = { type, ...address, fleeting: true };
    if (!echo) head.echo = false;
    const unsent: Unsent = { type, data, ...address };
    const send = (json: string | undefined) => {
      const message = frame(head, json);
      if (!this.fits(message)) throw this.#tooLarge(message, unsent);
      if (this.#open) this.#emit({ kind: "send", text: message });
    };
    if (this.#sealing) this.#sealing.fleeting(head, this.user, unsent, send);
    else send(JSON.stringify(data));
    return true;
  }

  /** Answers a request of the server. */
  reply(id: QuestionId, type: string, data: unknown): void {
    const fault = typeFault(type);
    if (fault) throw fault;
    const answer = frame({ type, re: id }, JSON.stringify(data));
    if (!this.fits(answer)) throw this.#tooLarge(answer, { type, data });
    this.#replies.answer(id, answer, this.#open);
  }

  /** Refuses a request of the server. */
  refuse(id: QuestionId, code: string, message: string, retryable: boolean): void {
    this.#replies.answer(id, JSON.stringify({ type: "error", re: id, code, message, retryable }), this.#open);
  }

  nextId(): number {
    return this.#outbox.nextId();
  }

  /** A session has started. Rooms are joined again from where the client is in each. */
  welcomed(user: string, logs: unknown, mostBytes: number): void {
    this.#begin(user, mostBytes);
    this.#replies.clear();
    for (const gap of this.places.welcomed(user, logs)) this.#gap(gap);
    this.rooms.welcomed();
    this.#watchAgain();
  }

  /** The session was resumed. */
  resumed(user: string, logs: unknown): void {
    this.#begin(user, this.#mostBytes);
    for (const gap of this.rooms.resumed(logs)) this.#gap(gap);
    this.#watchAgain();
  }

  /** Sends waiting commands in the order of the calls. */
  flush(): void {
    const held = new Set<string>();
    for (const command of this.#outbox.waiting()) {
      if (!this.#isHeld(command, held)) this.#send(command);
    }
  }

  disconnected(): void {
    this.#open = false;
    this.rooms.disconnected();
    for (const command of this.#outbox.all()) {
      if (command.kind === "rejoin" || (isAsk(command) && command.ticket === undefined)) {
        this.#outbox.remove(command);
      }
      if (command.kind === "request" && command.id !== undefined) {
        this.#refuse(command, "connection_lost", "the connection was lost before the answer arrived", true);
      }
    }
    this.#outbox.disconnected();
  }

  /** The client is closed: nothing waits any longer, and nothing more is accepted. */
  end(reason: string): void {
    this.#ended = new SwitchboardError("closed", reason, false);
    this.#statuses.clear();
    for (const command of this.#outbox.all()) this.#refuse(command, "closed", reason, false);
  }

  /** The client is used again after it was closed. */
  reopen(): void {
    this.#ended = undefined;
  }

  expire(now: number): void {
    for (const command of this.#outbox.expired(now)) {
      this.#refuse(command, "timeout", "no answer in time", true);
      this.#givenUp(command);
    }
    this.rooms.due(now);
  }

  /** Nobody waits any longer for the command with this ticket. */
  withdraw(ticket: number): void {
    for (const command of this.#outbox.all()) {
      if (command.ticket !== ticket) continue;
      this.#outbox.remove(command);
      this.#givenUp(command);
    }
  }

  /** A command that was taken from the outbox is given up. A room that it joined is left again; what it held goes on. */
  #givenUp(command: Command): void {
    this.rooms.givenUp(command);
    if (command.kind === "publish" && this.#open) this.flush();
  }

  deadline(): number {
    return Math.min(this.#outbox.deadline(), this.rooms.deadline());
  }

  received(now: number, message: Json & { type: string }): void {
    const command = this.#outbox.get(message.re);
    if (command) return this.#answered(now, command, message);
    switch (message.type) {
      case "user_joined":
      case "user_left":
      case "users_changed":
        return this.rooms.noticed(message, this.user);
      case "user_status":
        return this.#statuses.told(message);
      case "room_left":
        return this.rooms.left(message);
      case "error":
        if (message.re === undefined) this.#emit({ kind: "report", name: "error", event: errorOf(message) });
        return;
      default:
        // Users' messages have a time. Whatever has none is for clients of a later version (spec/protocol.md#12-compatibility).
        if (message.re !== undefined || reserved(message.type) || message.timestamp === undefined) return;
        if (isQuestion(message)) this.#replies.asked(message.id, message);
        else this.#entry(message);
    }
  }

  #command(kind: CommandKind, head: Json, extra: Partial<Command> & { fault?: SwitchboardError | undefined }): number {
    const { fault, ...rest } = extra;
    const ticket = ++this.#tickets;
    const command: Command = { ticket, kind, head, ...rest };
    const ended = this.#ended;
    const closed = ended && new SwitchboardError("closed", ended.message, false, undefined, command.unsent);
    const error = closed ?? fault ?? this.#outbox.add(command);
    if (error) this.#emit({ kind: "refuse", ticket, error });
    else {
      if (this.user) this.#sealPublication(command);
      if (this.#open && (command.cipher || this.rooms.anyAway() || this.#outbox.unsealed)) this.flush();
      else if (this.#open) this.#send(command);
    }
    return ticket;
  }

  /** Has a publication encrypted if it must be. It keeps its position, and later ones to the same log wait for it. */
  #sealPublication(command: Command): void {
    const sealed = () => this.#open && this.flush();
    this.#sealing?.publication(command, this.user, sealed, ({ code, message }) => this.#refuse(command, code, message, false));
  }

  /**
   * Whether a publication must wait until it is encrypted, for a room that is not joined again yet, or behind another that
   * does, because order within a log matters. `held` contains the logs of earlier ones: rooms by their names, others by names
   * that no room has. A leave does not overtake waiting publications.
   */
  #isHeld({ kind, head, cipher }: Command, held: Set<string>): boolean {
    if (kind === "leave") return held.has(text(head.room));
    if (kind !== "publish") return false;
    const logs = head.rooms ? names(head.rooms) : [text(head.room, `\0${text(head.user)}`)];
    const away = (log: string) => held.has(log) || this.rooms.isAway(log);
    if (cipher === undefined && !logs.some(away)) return false;
    for (const log of logs) held.add(log);
    return true;
  }

  #send(command: Command): void {
    const message = this.#outbox.frame(command);
    if (this.fits(message)) this.#emit({ kind: "send", text: message });
    else this.#refuse(command, "too_large", this.#tooLarge(message).message, false);
  }

  #tooLarge(message: string, unsent?: Unsent): SwitchboardError {
    const fault = `message: ${byteLength(message)} bytes (expected: at most ${this.#mostBytes}, the server's limit)`;
    return new SwitchboardError("too_large", fault, false, undefined, unsent);
  }

  #refuse(command: Command, code: string, why: string, retryable: boolean): void {
    this.#outbox.remove(command);
    if (command.ticket === undefined) return;
    const error = new SwitchboardError(code, why, retryable, undefined, command.unsent);
    this.#emit({ kind: "refuse", ticket: command.ticket, error });
  }

  #begin(user: string, mostBytes: number): void {
    const first = this.user === "";
    this.user = user;
    this.#mostBytes = mostBytes;
    this.#open = true;
    this.rooms.connected();
    if (first) for (const command of this.#outbox.all()) this.#sealPublication(command);
  }

  /** Repeats watches, which the server keeps for one connection only. */
  #watchAgain(): void {
    for (const users of this.#statuses.groups()) {
      const command: Command = { ticket: undefined, kind: "user_status", head: { type: "user_status", users, watch: true } };
      if (this.#outbox.add(command) === undefined) this.#send(command);
    }
  }

  #answered(now: number, command: Command, message: Json & { type: string }): void {
    this.#outbox.remove(command);
    if (command.kind === "user_status" && message.type === "user_status") {
      this.#statuses.answered(names(command.head.users), command.head.watch, message);
    }
    const later = this.rooms.postponed(now, command, message);
    if (command.ticket === undefined && message.type === "error" && !this.rooms.tells(command, later)) {
      // The session's own command, so there is no promise that would report the error.
      this.#emit({ kind: "report", name: "error", event: errorOf(message) });
    }
    if (later) return;
    answer(command, message, this.places, this.#emit);
    if (this.rooms.answered(command, message, this.user)) this.flush();
  }

  #entry(message: Json): void {
    const fault = entryFault(message);
    if (fault) this.#emit({ kind: "report", name: "error", event: new SwitchboardError("bad_message", fault, false) });
    else if (this.#arrivals.isNew(message, this.user)) {
      this.#emit({ kind: "report", name: "message", event: (message.data === undefined ? { ...message, data: {} } : message) as never });
    }
  }

  #gap(gap: Gap): void {
    this.#emit({ kind: "report", name: "gap", event: gap });
  }
}

function isAsk({ kind }: Command): boolean {
  return kind === "user_status" || kind === "user_list";
}

/** Whether a message is a request of the server, which has an ID and no address. */
function isQuestion(message: Json): message is Json & { id: QuestionId } {
  const { id, room, user, everyone } = message;
  return (typeof id === "string" || typeof id === "number") && (room ?? user ?? everyone) === undefined;
}
