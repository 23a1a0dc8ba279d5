import type { Emit } from "./effects.js";
import { limits } from "./protocol.js";
import { names, text, whole, type Json } from "./wire.js";

/**
 * Who is in one room, as far as the server has said: at most the first 100 users, and how many there are. Notices may be
 * lost with a connection, and may come after an answer that includes them, so what is known already is not reported again.
 */
export class Roster {
  readonly #room: string;
  readonly #emit: Emit;
  #members: string[];
  #count: number;

  constructor(room: string, answer: Json, emit: Emit) {
    this.#room = room;
    this.#emit = emit;
    this.#members = names(answer.members);
    this.#count = whole(answer.count);
    this.#tell();
  }

  /** Applies the whole list, and reports what is different: each user, or in a room too large for that, the count. */
  replace(answer: Json, self: string): void {
    const before = this.#complete;
    const [old, listed, changed] = [this.#members, names(answer.members), whole(answer.count) !== this.#count];
    this.#count = whole(answer.count);
    const came = listed.filter((user) => !old.includes(user));
    this.#members = [...old.filter((user) => listed.includes(user)), ...came];
    if (before && this.#complete) {
      for (const user of old.filter((one) => !listed.includes(one))) this.#report("user_left", user);
      for (const user of came) if (user !== self) this.#report("user_joined", user);
    } else if (changed) {
      this.#emit({ kind: "report", name: "users_changed", event: { room: this.#room, joined: [], left: [], count: this.#count, more: true } });
    }
    this.#tell();
  }

  /** A user came or left. */
  changed(name: "user_joined" | "user_left", message: Json): void {
    this.#one(name, text(message.user), whole(message.count));
    this.#tell();
  }

  /** Many came or left, of whom some are named; `self` is not told of its own coming. */
  manyChanged(message: Json, self: string): void {
    const [joined, left, count] = [names(message.joined), names(message.left), whole(message.count)];
    for (const user of joined) if (user !== self) this.#one("user_joined", user, count);
    for (const user of left) this.#one("user_left", user, count);
    this.#count = count;
    const event = { room: this.#room, joined, left, count, more: message.more === true };
    this.#emit({ kind: "report", name: "users_changed", event });
    this.#tell();
  }

  #tell(): void {
    const event = { room: this.#room, members: [...this.#members], count: this.#count };
    this.#emit({ kind: "report", name: "members", event });
  }

  /** Whether nobody is missing in the list. */
  get #complete(): boolean {
    return this.#members.length === this.#count;
  }

  #one(name: "user_joined" | "user_left", user: string, count: number): void {
    const known = this.#members.includes(user);
    const news = name === "user_joined" ? !known : known || !this.#complete;
    this.#count = count;
    if (name === "user_left") this.#members = this.#members.filter((member) => member !== user);
    else if (!known && this.#members.length < limits.maxListedUsers) this.#members.push(user);
    if (news) this.#report(name, user);
  }

  #report(name: "user_joined" | "user_left", user: string): void {
    this.#emit({ kind: "report", name, event: { room: this.#room, user, count: this.#count } });
  }
}
