import type { Emit } from "./effects.js";
import { SwitchboardError, type Unsent } from "./error.js";
import type { Binding } from "./jwe.js";
import type { Command } from "./outbox.js";
import type { Encryption, LogAddress, MessageCipher } from "./types.js";
import { names, type Json } from "./wire.js";

/** The encryption of the logs for which `covers` holds. */
export interface Rule {
  readonly cipher: MessageCipher;
  covers(log: LogAddress): boolean;
}

export function rules(given: readonly Encryption[]): Rule[] {
  return given.map(({ cipher, where }) => {
    if (typeof cipher?.encrypt !== "function" || typeof cipher.decryptText !== "function") {
      throw new TypeError("encryption: no cipher (expected: a MessageEncryption)");
    }
    if (typeof where === "function") return { cipher, covers: where };
    const rooms = new Set(where);
    return { cipher, covers: (log) => "room" in log && rooms.has(log.room) };
  });
}

/** What encrypts a log, of which `envelope` has the address. The first rule that covers it applies. */
export function cipherOf(all: readonly Rule[], { room, user, everyone }: Json): MessageCipher | undefined {
  const log =
    typeof room === "string" ? { room } : typeof user === "string" ? { user } : everyone === true ? { everyone } : undefined;
  return log && all.find((rule) => rule.covers(log as LogAddress))?.cipher;
}

/** What a publication by this user is bound to. */
function bindingOf(head: Json, from: string): Binding {
  const { type, room, user, everyone, messageId } = head;
  const binding: Json = { from, type };
  for (const [key, value] of Object.entries({ room, user, everyone, messageId })) {
    if (value !== undefined) binding[key] = value;
  }
  return binding as unknown as Binding;
}

/** Has messages encrypted before they are sent. */
export class Sealing {
  readonly #rules: readonly Rule[];
  readonly #emit: Emit;

  constructor(rules: readonly Rule[], emit: Emit) {
    this.#rules = rules;
    this.#emit = emit;
  }

  /** What encrypts the messages of a log, of which `head` has the address. */
  cipher(head: Json): MessageCipher | undefined {
    return cipherOf(this.#rules, head);
  }

  /** Why a message to several rooms can't be encrypted: it is bound to one log. */
  fault({ rooms }: Json): SwitchboardError | undefined {
    if (!names(rooms).some((room) => this.cipher({ room }))) return undefined;
    return new SwitchboardError("bad_message", "rooms: an encrypted one among several (expected: a message for each)", false);
  }

  /** Has a publication encrypted if it must be; `sealed` is called once it can be sent. */
  publication(command: Command, from: string, sealed: () => void, failed: (error: SwitchboardError) => void): void {
    if (!command.cipher) return;
    const done = (data: string) => {
      command.data = data;
      command.cipher = undefined;
      sealed();
    };
    this.#seal(command.cipher, command.head, from, command, done, failed);
  }

  /** Calls `send` with the data of a fleeting message, encrypted if it must be. Reports what fails later. */
  fleeting(head: Json, from: string, unsent: Unsent, send: (data: string | undefined) => void): void {
    const data = JSON.stringify(unsent.data);
    const cipher = this.cipher(head);
    if (!cipher) return send(data);
    const failed = (event: SwitchboardError) => this.#emit({ kind: "report", name: "error", event });
    this.#seal(cipher, head, from, { data, unsent }, send, failed);
  }

  #seal(
    cipher: MessageCipher,
    head: Json,
    from: string,
    { data = "{}", unsent }: Pick<Command, "data" | "unsent">,
    done: (data: string) => void,
    failed: (error: SwitchboardError) => void,
  ): void {
    const fail = (cause: unknown) => {
      const known = cause instanceof SwitchboardError;
      failed(known ? cause : new SwitchboardError("encryption", `not encrypted: ${String(cause)}`, false, undefined, unsent, cause));
    };
    const tried = (sealed: string) => {
      try {
        done(sealed);
      } catch (error) {
        fail(error);
      }
    };
    this.#emit({ kind: "seal", cipher, text: data, binding: bindingOf(head, from), done: tried, failed: fail });
  }
}
