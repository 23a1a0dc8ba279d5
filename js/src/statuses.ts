import type { Emit } from "./effects.js";
import { limits } from "./protocol.js";
import type { UserStatus } from "./types.js";
import { objects, text, whole, type Json } from "./wire.js";

/** Reads a `user_status`. */
export function statusesOf(message: Json): UserStatus[] {
  return objects(message.users).map(({ user, online, lastSeen }) => ({
    user: text(user),
    online: online === true,
    ...(whole(lastSeen) > 0 ? { lastSeen: whole(lastSeen) } : {}),
  }));
}

/** The watched users, and what is known of them. */
export class Statuses {
  readonly #watched = new Map<string, boolean | undefined>();
  readonly #emit: Emit;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  /** Returns the watches to repeat on a new connection, in groups of the size that a server accepts. */
  groups(): string[][] {
    const users = [...this.#watched.keys()];
    const groups: string[][] = [];
    for (let from = 0; from < users.length; from += limits.maxStatusUsers) groups.push(users.slice(from, from + limits.maxStatusUsers));
    return groups;
  }

  answered(users: readonly string[], watch: unknown, message: Json): void {
    for (const user of users) {
      if (watch === false) this.#watched.delete(user);
      else if (watch === true && !this.#watched.has(user)) this.#watched.set(user, undefined);
    }
    this.told(message);
  }

  /** Updates what is known. The first status of a user is not reported, because it answers the request. */
  told(message: Json): void {
    for (const status of statusesOf(message)) {
      if (!this.#watched.has(status.user)) continue;
      const known = this.#watched.get(status.user);
      this.#watched.set(status.user, status.online);
      if (known !== undefined && known !== status.online) this.#emit({ kind: "report", name: "user_status", event: status });
    }
  }

  clear(): void {
    this.#watched.clear();
  }
}
