import { Log } from "./log.js";
import type { Roster } from "./roster.js";
import type { LogAddress, Place } from "./types.js";
import { objects, text, whole, type Json } from "./wire.js";

/** A room that the user wants to be in. */
export interface Membership {
  readonly log: Log;
  /**
   * Whether the server has let the client in, in this session. Until then the room's entries precede the place it asks from.
   */
  joined: boolean;
  /** How many times in a row the server has refused a rejoin for now. */
  refusals: number;
  /** When to ask again; Infinity if that is not scheduled. */
  againAt: number;
  /** Who is there, once the server has said. */
  roster?: Roster | undefined;
  /** Whether notices for it may have been missed. */
  stale: boolean;
}

export type Gap = LogAddress & Place;

/** The logs that this client reads and where it is in each (spec/protocol.md#9-coming-back). */
export class Places {
  readonly rooms = new Map<string, Membership>();
  #user: string | undefined;
  #inbox: Log | undefined;
  #everyone: Log | undefined;
  /** Whether the resume in progress omits the places in rooms. */
  #unnamed = false;

  /** Returns the places for `resume`: of rooms, the inbox, and everyone. */
  named(): (LogAddress & Place)[] {
    return [...[...this.rooms.values()].map(({ log }) => log.place()), ...this.#own()];
  }

  /**
   * Returns the places for `resume` without those of rooms, which are then joined again from where the client is in each.
   */
  namedWithoutRooms(): (LogAddress & Place)[] {
    this.#unnamed = true;
    for (const membership of this.rooms.values()) membership.joined = false;
    return this.#own();
  }

  #own(): (LogAddress & Place)[] {
    return [this.#inbox, this.#everyone].flatMap((log) => (log ? [log.place()] : []));
  }

  /** A session has started; rooms are to be joined again. Returns the gaps in the inbox and in everyone's log. */
  welcomed(user: string, logs: unknown): Gap[] {
    this.#unnamed = false;
    for (const membership of this.rooms.values()) {
      membership.joined = false;
      membership.refusals = 0;
    }
    const gaps: Gap[] = [];
    for (const answer of objects(logs)) {
      if (answer.everyone === true) this.#everyone = this.#adopt(this.#everyone, { everyone: true }, answer, gaps);
      else if (answer.user === user) {
        this.#inbox = this.#adopt(this.#user === user ? this.#inbox : undefined, { user }, answer, gaps);
      }
    }
    this.#user = user;
    return gaps;
  }

  /**
   * The session was resumed. `left` are rooms that it is no longer in, `strange` rooms that the client does not know of.
   */
  resumed(logs: unknown): { gaps: Gap[]; left: string[]; strange: string[] } {
    const gaps: Gap[] = [];
    const still = new Set<string>();
    for (const answer of objects(logs)) {
      if (typeof answer.room === "string") still.add(answer.room);
      const log = this.logOf(answer);
      if (!log) continue;
      if (log.recovered(answer)) gaps.push(log.place());
    }
    const left = [...this.rooms].filter(([room, { joined }]) => joined && !still.has(room)).map(([room]) => room);
    for (const room of left) this.rooms.delete(room);
    for (const [room, membership] of this.rooms) {
      membership.joined = still.has(room) && !this.#unnamed;
      membership.stale = membership.joined;
    }
    this.#unnamed = false;
    const strange = [...still].filter((room) => !this.rooms.has(room));
    return { gaps, left, strange };
  }

  /**
   * Applies the answer to a join with `since` or `recent`. Returns the gap, if there is one. With `recent` the last entries
   * follow, so the place is before them; if the connection is lost among them, none is missed.
   */
  joined(room: string, answer: Json, since?: Partial<Place>, recent?: number): Gap | undefined {
    const place = { epoch: text(answer.epoch), seq: whole(answer.seq) };
    const known = this.rooms.get(room);
    const wasIn = known?.joined ?? false;
    const start = { epoch: since?.epoch ?? place.epoch, seq: since?.seq ?? Math.max(0, place.seq - (recent ?? 0)) };
    const log = known?.log ?? new Log({ room }, start.epoch, start.seq);
    this.rooms.set(room, { log, joined: true, refusals: 0, againAt: Infinity, roster: known?.roster, stale: false });
    if (wasIn && log.epoch === place.epoch) return undefined;
    if (since) return log.recovered(answer) ? log.place() : undefined;
    if (log.epoch === start.epoch && log.seq >= start.seq) return undefined;
    log.restart(start);
    return log.place();
  }

  logOf(message: Json): Log | undefined {
    if (typeof message.room === "string") return this.rooms.get(message.room)?.log;
    if (message.everyone === true) return this.#everyone;
    return typeof message.user === "string" && message.user === this.#user ? this.#inbox : undefined;
  }

  forget(): void {
    this.rooms.clear();
    this.#inbox = undefined;
    this.#everyone = undefined;
    this.#user = undefined;
  }

  #adopt(log: Log | undefined, address: LogAddress, answer: Json, gaps: Gap[]): Log {
    if (!log) return new Log(address, text(answer.epoch), whole(answer.seq));
    if (log.recovered(answer)) gaps.push(log.place());
    return log;
  }
}
