import { Log } from "./log.js";
import type { LogAddress, Place } from "./types.js";
import { objects, text, whole, type Json } from "./wire.js";

/** A room that the user wants to be in. */
export interface Membership {
  readonly log: Log;
  /** The server's answer is there, on this session. Until then entries of this room are before the place we ask from. */
  joined: boolean;
}

export type Gap = LogAddress & Place;

/** The logs that this client reads and where it is in each (spec/protocol.md#9-coming-back). */
export class Places {
  readonly rooms = new Map<string, Membership>();
  #inbox: Log | undefined;
  #everyone: Log | undefined;

  /** For `resume`: rooms whose membership the server has confirmed, the inbox, everyone's. */
  named(): (LogAddress & Place)[] {
    const logs = [...this.rooms.values()].filter(({ joined }) => joined).map(({ log }) => log);
    if (this.#inbox) logs.push(this.#inbox);
    if (this.#everyone) logs.push(this.#everyone);
    return logs.map((log) => log.place());
  }

  /** A session begins; rooms are to be joined again. Returns the gaps in the inbox and in everyone's log. */
  welcomed(user: string, logs: unknown): Gap[] {
    for (const membership of this.rooms.values()) membership.joined = false;
    const gaps: Gap[] = [];
    for (const answer of objects(logs)) {
      if (answer.everyone === true) this.#everyone = this.#adopt(this.#everyone, { everyone: true }, answer, gaps);
      else if (answer.user === user) {
        const same = this.#inbox && "user" in this.#inbox.address && this.#inbox.address.user === user;
        this.#inbox = this.#adopt(same ? this.#inbox : undefined, { user }, answer, gaps);
      }
    }
    return gaps;
  }

  /** The session goes on. `left` are the rooms that it is no longer in. */
  resumed(user: string, logs: unknown): { gaps: Gap[]; left: string[] } {
    const gaps: Gap[] = [];
    const still = new Set<string>();
    for (const answer of objects(logs)) {
      const log = this.logOf(answer, user);
      if (!log) continue;
      if (typeof answer.room === "string") still.add(answer.room);
      if (log.recovered(answer)) gaps.push(log.place());
    }
    const left = [...this.rooms].filter(([room, { joined }]) => joined && !still.has(room)).map(([room]) => room);
    for (const room of left) this.rooms.delete(room);
    return { gaps, left };
  }

  /** The answer to a join; `since` and `recent` are what was asked for. Returns the gap, if any. */
  joined(room: string, answer: Json, since?: Partial<Place>, recent?: number): Gap | undefined {
    const place = { epoch: text(answer.epoch), seq: whole(answer.seq) };
    const known = this.rooms.get(room);
    const wasIn = known?.joined ?? false;
    const log = known?.log ?? new Log({ room }, since?.epoch ?? place.epoch, startOf(place, since, recent));
    this.rooms.set(room, { log, joined: true });
    if (wasIn && log.epoch === place.epoch) return undefined;
    if (!known && !since) return undefined;
    return log.recovered(answer) ? log.place() : undefined;
  }

  logOf(message: Json, user: string): Log | undefined {
    if (typeof message.room === "string") return this.rooms.get(message.room)?.log;
    if (message.everyone === true) return this.#everyone;
    return message.user === user ? this.#inbox : undefined;
  }

  forget(): void {
    this.rooms.clear();
    this.#inbox = undefined;
    this.#everyone = undefined;
  }

  #adopt(log: Log | undefined, address: LogAddress, answer: Json, gaps: Gap[]): Log {
    if (!log) return new Log(address, text(answer.epoch), whole(answer.seq));
    if (log.recovered(answer)) gaps.push(log.place());
    return log;
  }
}

/** With `recent` the last entries follow, so the place is before them: a connection lost among them leaves no hole. */
function startOf(place: Place, since: Partial<Place> | undefined, recent: number | undefined): number {
  if (since) return since.seq ?? place.seq;
  return Math.max(0, place.seq - (recent ?? 0));
}
