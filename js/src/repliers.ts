import { SwitchboardError } from "./error.js";
import type { Engine, Question } from "./engine.js";

interface Replier {
  readonly replyType: string;
  replier(data: unknown): unknown;
}

/** What answers the server's requests, by their types. */
export class Repliers {
  readonly #byType = new Map<string, Replier>();
  readonly #thrown: (error: unknown) => void;

  constructor(thrown: (error: unknown) => void) {
    this.#thrown = thrown;
  }

  add(type: string, replyType: string, replier: (data: any) => unknown): () => void {
    if (this.#byType.has(type)) throw new TypeError(`type: ${type} already has a replier (expected: remove it first)`);
    const entry: Replier = { replyType, replier };
    this.#byType.set(type, entry);
    return () => void (this.#byType.get(type) === entry && this.#byType.delete(type));
  }

  async answer(engine: Engine, { id, type, data }: Question): Promise<void> {
    const { conversation } = engine.session;
    const answer = this.#byType.get(type);
    try {
      if (!answer) throw new SwitchboardError("unknown_type", `type: ${type} has no replier here`, false);
      const reply = await answer.replier(data);
      engine.do(() => conversation.reply(id, answer.replyType, reply));
    } catch (error) {
      const known = error instanceof SwitchboardError;
      if (!known) this.#thrown(error);
      const { code, message, retryable } = known ? error : new SwitchboardError("internal", "the client failed");
      engine.do(() => conversation.refuse(id, code, message, retryable));
    }
  }
}
