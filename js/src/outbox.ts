import { SwitchboardError, type Unsent } from "./error.js";
import type { Settings } from "./options.js";
import type { MessageCipher } from "./types.js";
import { byteLength, frame, type Json } from "./wire.js";

export type CommandKind = "publish" | "request" | "join" | "rejoin" | "leave" | "history" | "user_list" | "user_status";

/** Something that gets exactly one answer. */
export interface Command {
  /** Identifies it to the engine, which holds the promise. The session's own commands have none. */
  readonly ticket: number | undefined;
  readonly kind: CommandKind;
  /** The envelope without `id` and `data`. */
  readonly head: Json;
  /** JSON; replaced once it is encrypted. */
  data?: string | undefined;
  /** What `data` is still to be encrypted with before it can be sent. */
  cipher?: MessageCipher | undefined;
  readonly deadline?: number | undefined;
  readonly unsent?: Unsent | undefined;
  /** Its ID on the current connection, once it was sent there. */
  id?: number | undefined;
  bytes?: number;
}

/** The maximum number of unanswered commands other than publications. */
const MOST_REQUESTS = 1000;

/**
 * The unanswered commands, in the order of the calls. Publications stay until they are acknowledged, across any number of
 * connections, and are sent again in this order. Other commands wait until their deadline.
 */
export class Outbox {
  readonly #commands = new Set<Command>();
  readonly #byId = new Map<number, Command>();
  readonly #settings: Settings;
  #lastId = 0; // on the current connection
  #publications = 0; // how many of the commands are publications
  #limited = 0; // how many of them have a deadline
  #bytes = 0; // the size of the publications

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** Adds a command, or returns why it can't be added. */
  add(command: Command): SwitchboardError | undefined {
    const fault = command.kind === "publish" ? this.#refusePublication(command) : this.#refuseRequest();
    if (fault) return fault;
    this.#commands.add(command);
    if (command.deadline !== undefined) this.#limited++;
    if (command.kind === "publish") {
      this.#publications++;
      this.#bytes += command.bytes!;
    }
    return undefined;
  }

  /** Whether a publication is still to be encrypted. */
  get unsealed(): boolean {
    return this.#settings.encryption !== undefined && this.has(({ cipher }) => cipher !== undefined);
  }

  /** Returns an ID that no other message on this connection has. */
  nextId(): number {
    return ++this.#lastId;
  }

  /** Returns the text that sends the command now, and gives it an ID. */
  frame(command: Command): string {
    command.id = this.nextId();
    this.#byId.set(command.id, command);
    const { type, ...rest } = command.head;
    return frame({ type, ...rest, id: command.id }, command.data);
  }

  get(id: unknown): Command | undefined {
    return typeof id === "number" ? this.#byId.get(id) : undefined;
  }

  remove(command: Command): void {
    if (!this.#commands.delete(command)) return;
    if (command.id !== undefined) this.#byId.delete(command.id);
    if (command.deadline !== undefined) this.#limited--;
    if (command.kind === "publish") {
      this.#publications--;
      this.#bytes -= command.bytes!;
    }
  }

  /** The connection is gone, and with it the IDs. */
  disconnected(): void {
    this.#lastId = 0;
    this.#byId.clear();
    for (const command of this.#commands) command.id = undefined;
  }

  /** Returns all commands in the order of the calls; a copy, so they can be removed meanwhile. */
  all(): Command[] {
    return [...this.#commands];
  }

  waiting(): Command[] {
    return this.all().filter((command) => command.id === undefined);
  }

  has(test: (command: Command) => boolean): boolean {
    for (const command of this.#commands) if (test(command)) return true;
    return false;
  }

  expired(now: number): Command[] {
    if (this.deadline() > now) return [];
    return this.all().filter(({ deadline }) => deadline !== undefined && deadline <= now);
  }

  /** Returns when the next command expires, or Infinity. */
  deadline(): number {
    if (this.#limited === 0) return Infinity;
    let next = Infinity;
    for (const { deadline } of this.#commands) if (deadline !== undefined && deadline < next) next = deadline;
    return next;
  }

  #refusePublication(command: Command): SwitchboardError | undefined {
    const { maxUnacknowledged, maxUnacknowledgedBytes } = this.#settings;
    command.bytes = byteLength(frame(command.head, command.data));
    if (this.#publications < maxUnacknowledged && this.#bytes + command.bytes <= maxUnacknowledgedBytes) return undefined;
    const full = `unacknowledged: ${this.#publications} messages, ${this.#bytes} bytes`;
    const bound = `(expected: at most ${maxUnacknowledged} messages, ${maxUnacknowledgedBytes} bytes, including this one)`;
    return new SwitchboardError("queue_full", `${full} ${bound}`, true, undefined, command.unsent);
  }

  #refuseRequest(): SwitchboardError | undefined {
    const outstanding = this.#commands.size - this.#publications;
    if (outstanding < MOST_REQUESTS) return undefined;
    return new SwitchboardError("queue_full", `requests: ${outstanding} (expected: fewer than ${MOST_REQUESTS})`, true);
  }
}
