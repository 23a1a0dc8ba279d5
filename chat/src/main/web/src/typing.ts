import type { Conversation } from "./conversation.js";
import type { ChatClient } from "./talk.js";

const ENDS_AFTER_MS = 5_000;
const RENEW_MS = 3_000;

/** Who is typing where, both ways. What is heard ends by itself when it is not renewed. */
export class Typing {
  /** Where the person is typing, and when that was said. */
  #said: { where: Conversation; at: number } | undefined;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();

  constructor(
    readonly client: ChatClient,
    readonly changed: () => void,
  ) {}

  /** The person types, or has cleared the field. */
  typed(where: Conversation, on: boolean): void {
    if (this.#said && (this.#said.where !== where || !on)) {
      this.#say(this.#said.where, false);
      this.#said = undefined;
    }
    if (!on || (this.#said && Date.now() - this.#said.at < RENEW_MS)) return;
    this.#said = { where, at: Date.now() };
    this.#say(where, true);
  }

  /** What was typed is sent. The message itself ends the sign at the others. */
  sent(where: Conversation): void {
    if (this.#said?.where === where) this.typed(where, false);
  }

  heard(where: Conversation, from: string, on: boolean): void {
    if (on) {
      const until = Date.now() + ENDS_AFTER_MS;
      where.typing.set(from, until);
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        if (where.typing.get(from) === until) where.typing.delete(from);
        this.changed();
      }, ENDS_AFTER_MS);
      this.#timers.add(timer);
    } else where.typing.delete(from);
    this.changed();
  }

  close(): void {
    this.#timers.forEach(clearTimeout);
  }

  #say({ kind, name, me }: Conversation, on: boolean): void {
    if (kind === "user" && name === me) return;
    this.client.fleeting(kind === "room" ? name : { user: name }, "typing", { on });
  }
}
