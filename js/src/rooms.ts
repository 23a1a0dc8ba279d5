import { answer } from "./answers.js";
import { repeatDelay } from "./comeback.js";
import type { Emit } from "./effects.js";
import type { Command, Outbox } from "./outbox.js";
import type { Gap, Places } from "./places.js";
import { presenceChanged, usersChanged } from "./presence.js";
import { Roster } from "./roster.js";
import { errorOf, names, retryAfter, text, type Json } from "./wire.js";

/** Whether a command asks who is in a room, because notices may have been missed. */
function isOwnList({ kind, ticket }: Command): boolean {
  return kind === "user_list" && ticket === undefined;
}

/** When to ask for a room again that the server has refused for now. */
interface Attempts {
  /** How many times in a row it was refused. */
  refusals: number;
  /** When to ask again; Infinity if that is not scheduled. */
  againAt: number;
}

/** Whether the client is in a room that it wants to be in, has just asked for it, or will be let in some time. */
export type Wanted = "in" | "asked" | "away";

interface Wish extends Attempts {
  readonly recent: number | undefined;
}

/**
 * Keeps the client in the rooms that it joined or wants to be in, across connections and sessions, and out of all others.
 *
 * A room that the client is in has a place (`Places`). After a new session it is joined again from there; until the server
 * has answered, it is *away*: its entries are ignored, and publications to it wait. A room that the client wants to be in but
 * never was is a wish, and away as well. Both are asked for again until the server refuses them for good. The reverse is a
 * doubtful room: the server may have the client in it although the client is not.
 */
export class Rooms {
  readonly #places: Places;
  readonly #outbox: Outbox;
  readonly #random: () => number;
  readonly #emit: Emit;
  readonly #say: (command: Command) => void;
  readonly #wishes = new Map<string, Wish>();
  readonly #doubtful = new Set<string>();
  #open = false; // whether there is a connection to send on

  constructor(places: Places, outbox: Outbox, random: () => number, emit: Emit, say: (command: Command) => void) {
    this.#places = places;
    this.#outbox = outbox;
    this.#random = random;
    this.#emit = emit;
    this.#say = say;
  }

  /** Whether publications to this room have to wait. */
  isAway(room: string): boolean {
    return this.#wishes.has(room) || this.#places.rooms.get(room)?.joined === false;
  }

  anyAway(): boolean {
    if (this.#wishes.size > 0) return true;
    for (const { joined } of this.#places.rooms.values()) if (!joined) return true;
    return false;
  }

  /** Wants to be in a room; `asked` if the last `recent` entries follow the answer to the join. */
  want(room: string, recent: number | undefined): Wanted {
    for (const leave of this.#own("leave", room)) if (leave.id === undefined) this.#drop(leave);
    const membership = this.#places.rooms.get(room);
    if (membership) return membership.joined && this.#own("leave", room).length === 0 ? "in" : "away";
    if (this.#wishes.has(room)) return "away";
    this.#wishes.set(room, { recent, refusals: 0, againAt: Infinity });
    if (this.#open) this.#ask(room, recent === undefined ? {} : { recent });
    return "asked";
  }

  /** The client does not want to be in this room any more. Returns whether the server may have it there. */
  unwanted(room: string): boolean {
    const wished = this.#wishes.delete(room);
    const waits = this.#outbox.has(({ kind, head }) => kind === "publish" && (head.room === room || names(head.rooms).includes(room)));
    const joins = wished || !waits ? this.#own("rejoin", room) : [];
    for (const join of joins) this.#drop(join);
    return this.#places.rooms.has(room) || joins.length > 0;
  }

  connected(): void {
    this.#open = true;
  }

  disconnected(): void {
    this.#open = false;
    for (const attempts of [...this.#places.rooms.values(), ...this.#wishes.values()]) attempts.againAt = Infinity;
  }

  /** A session has started, which is in no room. Leaves that were under way have come true. */
  welcomed(): void {
    this.#doubtful.clear();
    for (const command of this.#outbox.all()) {
      const room = text(command.head.room);
      if (command.kind !== "leave" || !this.#places.rooms.has(room)) continue;
      this.#outbox.remove(command);
      answer(command, { type: "room_left", room }, this.#places, this.#emit);
    }
    this.#askAgain();
  }

  /** The session was resumed. Returns the gaps. */
  resumed(logs: unknown): Gap[] {
    const { gaps, left, strange } = this.#places.resumed(logs);
    for (const room of left) this.#emit({ kind: "report", name: "room_left", event: { room } });
    for (const room of strange) this.#doubtful.add(room);
    for (const room of strange) this.#takeBack(room);
    this.#askAgain();
    return gaps;
  }

  forget(): void {
    this.#wishes.clear();
  }

  /** Asks again for the rooms for which it is time. */
  due(now: number): void {
    if (!this.#open) return;
    this.#askAgain(now);
    this.refresh(now);
  }

  deadline(): number {
    let next = Infinity;
    for (const { againAt } of this.#places.rooms.values()) if (againAt < next) next = againAt;
    for (const { againAt } of this.#wishes.values()) if (againAt < next) next = againAt;
    return next;
  }

  /** Whether a command is one of this class that the server refuses for now, and that is repeated later. */
  postponed(now: number, command: Command, message: Json & { type: string }): boolean {
    const { kind, head } = command;
    if ((kind !== "rejoin" && !isOwnList(command)) || message.type !== "error") return false;
    const error = errorOf(message);
    const attempts = this.#wishes.get(text(head.room)) ?? this.#places.rooms.get(text(head.room));
    if (!error.retryable || !attempts) return false;
    attempts.refusals++;
    attempts.againAt = now + repeatDelay(attempts.refusals, retryAfter(error), this.#random());
    return true;
  }

  /** Whether the refusal of a command needs no report of its own: nobody cares, or the room is told to be left. */
  tells(command: Command, later: boolean): boolean {
    const { kind, head } = command;
    return kind === "leave" || isOwnList(command) || (kind === "rejoin" && !later && this.#wishes.has(text(head.room)));
  }

  /** A command has its answer, which was applied. Returns whether it concerned being in a room. */
  answered(command: Command, message: Json & { type: string }, self: string): boolean {
    const { kind, head } = command;
    const room = text(head.room);
    if (message.type === "room_joined" || isOwnList(command)) this.#listed(room, message, self);
    if (kind !== "rejoin" && kind !== "join" && kind !== "leave") return false;
    if (message.type === "room_joined") this.#doubtful.delete(room);
    if (message.type === "room_joined" || kind === "rejoin") this.#wishes.delete(room);
    this.#takeBack(room);
    return true;
  }

  /** Asks who is in the rooms for which notices may have been missed; with a time, only if that is due. */
  refresh(now?: number): void {
    for (const [room, membership] of this.#places.rooms) {
      if (!membership.joined || !membership.stale || (now !== undefined && now < membership.againAt)) continue;
      if (this.#own("leave", room).length > 0) continue;
      membership.againAt = Infinity;
      this.#say({ ticket: undefined, kind: "user_list", head: { type: "user_list", room } });
    }
  }

  /** A notice of who came or left. */
  noticed(message: Json & { type: string }, self: string): void {
    const roster = this.#places.rooms.get(text(message.room))?.roster;
    if (message.type === "users_changed") {
      if (roster) roster.manyChanged(message, self);
      else usersChanged(message, self, this.#emit);
    } else {
      const name = message.type as "user_joined" | "user_left";
      if (roster) roster.changed(name, message);
      else presenceChanged(name, message, this.#emit);
    }
  }

  /** The server reports that the client has left, unasked or too late. */
  left(message: Json): void {
    const room = text(message.room);
    answer({ ticket: undefined, kind: "leave", head: { room } }, { ...message, type: "room_left" }, this.#places, this.#emit);
    this.#takeBack(room);
  }

  /** A command was taken from the outbox because nobody waits for it any longer. */
  givenUp({ kind, head, id }: Command): void {
    if (kind !== "join") return;
    if (id !== undefined) this.#doubtful.add(text(head.room));
    this.#takeBack(text(head.room));
  }

  /** The server says who is in a room. */
  #listed(room: string, message: Json & { type: string }, self: string): void {
    const membership = this.#places.rooms.get(room);
    if (!membership) return;
    membership.stale = false;
    membership.refusals = 0;
    if (message.type === "error") return;
    if (membership.roster) membership.roster.replace(message, self);
    else membership.roster = new Roster(room, message, this.#emit);
  }

  #own(kind: "rejoin" | "leave", room: string): Command[] {
    return this.#outbox.all().filter((command) => command.kind === kind && command.head.room === room);
  }

  #drop(command: Command): void {
    this.#outbox.remove(command);
    if (command.ticket !== undefined) this.#emit({ kind: "settle", ticket: command.ticket, value: undefined });
  }

  /** Joins rooms again; with a time, only those that are due. */
  #askAgain(now?: number): void {
    for (const [room, membership] of this.#places.rooms) {
      const { log, joined } = membership;
      if (joined || (now !== undefined && now < membership.againAt)) continue;
      membership.againAt = Infinity;
      this.#ask(room, { since: { epoch: log.epoch, seq: log.seq } });
    }
    for (const [room, wish] of this.#wishes) {
      if (now !== undefined && now < wish.againAt) continue;
      wish.againAt = Infinity;
      this.#ask(room, wish.recent === undefined ? {} : { recent: wish.recent });
    }
  }

  #ask(room: string, from: Json): void {
    this.#say({ ticket: undefined, kind: "rejoin", head: { type: "join_room", room, ...from } });
  }

  /** Leaves a room whose join was given up, unless the client wants to be there or another join or leave is under way. */
  #takeBack(room: string): void {
    if (!this.#open || !this.#doubtful.has(room) || this.#places.rooms.has(room) || this.#wishes.has(room)) return;
    if (this.#outbox.has(({ kind, head }) => (kind === "join" || kind === "leave") && head.room === room)) return;
    this.#doubtful.delete(room);
    this.#say({ ticket: undefined, kind: "leave", head: { type: "leave_room", room } });
  }
}
