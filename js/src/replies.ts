import type { Emit } from "./effects.js";
import type { Json } from "./wire.js";

/** How many answers are kept in case the server asks again. */
const KEPT = 256;

export type QuestionId = string | number;

/**
 * The server's requests in this session (spec/protocol.md#6-answers). After a lost connection the server asks again; the
 * user's code is asked once, and its answer is sent as often as needed.
 */
export class Replies {
  /** The answers by request; undefined while the user's code is working on one. */
  readonly #answers = new Map<QuestionId, string | undefined>();
  readonly #emit: Emit;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  /** Forgets everything, because a new session has its own requests. */
  clear(): void {
    this.#answers.clear();
  }

  asked(id: QuestionId, message: Json & { type: string }): void {
    const answer = this.#answers.get(id);
    if (answer !== undefined) return this.#emit({ kind: "send", text: answer });
    if (this.#answers.has(id)) return;
    this.#answers.set(id, undefined);
    if (this.#answers.size > KEPT) this.#answers.delete(this.#answers.keys().next().value!);
    this.#emit({ kind: "asked", id, type: message.type, data: message.data });
  }

  /** Sends an answer if there is a connection, and keeps it for repeated requests. */
  answer(id: QuestionId, text: string, open: boolean): void {
    if (!this.#answers.has(id)) return;
    this.#answers.set(id, text);
    if (open) this.#emit({ kind: "send", text });
  }
}
