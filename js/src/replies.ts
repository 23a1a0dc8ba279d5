import type { Emit } from "./effects.js";
import type { Json } from "./wire.js";

/** So many answers are kept in case the server asks again. */
const KEPT = 256;

export type QuestionId = string | number;

/**
 * What the server has asked in this session (spec/protocol.md#6-answers). It asks again after a lost connection; the
 * user's code is asked once, and its answer sent as often as needed.
 */
export class Replies {
  /** Undefined while the user's code is at it. */
  readonly #answers = new Map<QuestionId, string | undefined>();
  readonly #emit: Emit;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  /** Another session has other questions. */
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

  /** Sent now if there is a connection, and when asked again. */
  answer(id: QuestionId, text: string, open: boolean): void {
    if (!this.#answers.has(id)) return;
    this.#answers.set(id, text);
    if (open) this.#emit({ kind: "send", text });
  }
}
