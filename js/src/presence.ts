import type { Emit } from "./effects.js";
import { names, text, whole, type Json } from "./wire.js";

/** Reports that a user came into a room or left it. */
export function presenceChanged(name: "user_joined" | "user_left", message: Json, emit: Emit): void {
  const event = { room: text(message.room), user: text(message.user), count: whole(message.count) };
  emit({ kind: "report", name, event });
}

/** Reports the collective notice of a large room, after one for each user that it names, except `self` coming. */
export function usersChanged(message: Json, self: string, emit: Emit): void {
  const room = text(message.room);
  const count = whole(message.count);
  const [joined, left] = [names(message.joined), names(message.left)];
  for (const user of joined) {
    if (user !== self) emit({ kind: "report", name: "user_joined", event: { room, user, count } });
  }
  for (const user of left) emit({ kind: "report", name: "user_left", event: { room, user, count } });
  emit({ kind: "report", name: "users_changed", event: { room, joined, left, count, more: message.more === true } });
}
