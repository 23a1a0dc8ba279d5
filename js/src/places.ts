import { Log } from "./log.js";
import type { LogAddress, Place } from "./types.js";
import { objects, text, whole, type Json } from "./wire.js";

/** A room that the user wants to be in. */
export interface Membership {
  readonly log: Log;
  /** The server's answer is there, on this session. Until then entries of this room are before the place we ask from. */
  joined: boolean;
  /** How often in a row the server could not let us in again. */
  refusals: number;
  /** When we ask again; Infinity if that is not to be. */
  againAt: number;
}

export type Gap = LogAddress & Place;

/** The logs that this client reads and where it is in each (spec/protocol.md#9-coming-back). */
export class Places {
  readonly rooms = new Map<string, Membership>();
  #user: string | undefined;
  #inbox: Log | undefined;
  #everyone: Log | undefined;
  /** The server was not told how far each room was read. */
  #unnamed = false;

  /** For `resume`: rooms, the inbox, everyone's. */
  named(): (LogAddress & Place)[] {
    return [...[...this.rooms.values()].map(({ log }) => log.place()), ...this.#own()];
  }

  /** The same without rooms, which are to be joined again then, from where we are in each. */
  namedWithoutRooms(): (LogAddress & Place)[] {
    this.#unnamed = true;
    for (const membership of this.rooms.values()) membership.joined = false;
    return this.#own();
  }

  #own(): (LogAddress & Place)[] {
    return [this.#inbox, this.#everyone].flatMap((log) => (log ? [log.place()] : []));
  }

  /** A session begins; rooms are to be joined again. Returns the gaps in the inbox and in everyone's log. */
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

  /** The session goes on. `left` are the rooms that it is no longer in, `strange` those that we know nothing of. */
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
    for (const [room, membership] of this.rooms) membership.joined = still.has(room) && !this.#unnamed;
    this.#unnamed = false;
    const strange = [...still].filter((room) => !this.rooms.has(room));
    return { gaps, left, strange };
  }

  /**
   * The answer to a join; `since` and `recent` are what was asked for. Returns the gap, if any. With `recent` the last
   * entries follow, so the place is before them: a connection lost among them leaves no hole.
   */
  joined(room: string, answer: Json, since?: Partial<Place>, recent?: number): Gap | undefined {
    const place = { epoch: text(answer.epoch), seq: whole(answer.seq) };
    const known = this.rooms.get(room);
    const wasIn = known?.joined ?? false;
    const start = { epoch: since?.epoch ?? place.epoch, seq: since?.seq ?? Math.max(0, place.seq - (recent ?? 0)) };
    const log = known?.log ?? new Log({ room }, start.epoch, start.seq);
    this.rooms.set(room, { log, joined: true, refusals: 0, againAt: Infinity });
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
