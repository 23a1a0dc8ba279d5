import type { Outbox } from "./outbox.js";
import type { Gap, Places } from "./places.js";
import { names, text, whole, type Json } from "./wire.js";

/** Tells new entries from those that were delivered before or must not be delivered. */
export class Arrivals {
  readonly #places: Places;
  readonly #outbox: Outbox;
  readonly #gap: (gap: Gap) => void;

  constructor(places: Places, outbox: Outbox, gap: (gap: Gap) => void) {
    this.#places = places;
    this.#outbox = outbox;
    this.#gap = gap;
  }

  /** Whether an entry is to be delivered. Moves the place in its log past the entry. */
  isNew(message: Json, user: string): boolean {
    const seq = whole(message.seq);
    if (seq === 0) return true;
    const log = this.#places.logOf(message);
    if (!log) return typeof message.room !== "string"; // not in the room: the join is unanswered, or it was left
    if (typeof message.room === "string" && !this.#places.rooms.get(message.room)!.joined) return false;
    if (typeof message.epoch === "string" && message.epoch !== log.epoch) {
      log.restart({ epoch: message.epoch, seq: seq - 1 });
      this.#gap(log.place());
    }
    const isNew = log.accept(seq);
    return isNew && !(message.from === user && this.#isUnechoed(message));
  }

  /** Whether it was published with `echo: false` on a lost connection, and is recovered before its ack arrives. */
  #isUnechoed({ messageId, room, user, everyone }: Json): boolean {
    if (typeof messageId !== "string") return false;
    return this.#outbox.has(({ kind, head }) => {
      if (kind !== "publish" || head.echo !== false || head.messageId !== messageId) return false;
      if (head.rooms) return names(head.rooms).includes(text(room));
      return head.room === room && head.user === user && head.everyone === everyone;
    });
  }
}
