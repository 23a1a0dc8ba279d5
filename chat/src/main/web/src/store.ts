import { Conversation, type Kind } from "./conversation.js";

/** What was read of a conversation: the log's epoch and the last seq. */
export type Read = [epoch: string, seq: number];

/** All conversations of one person, and who is known to be online. Knows no browser and no network. */
export class Store {
  readonly conversations = new Map<string, Conversation>();
  active = "room:general";
  /** The own inbox, which holds all direct conversations: its epoch, and from where on it was looked at. */
  readonly inbox = { epoch: "", cursor: 0, last: 0, more: true, loaded: false };
  readonly #online = new Set<string>();

  constructor(
    readonly me: string,
    readonly read: Record<string, Read>,
  ) {}

  find(kind: Kind, name: string): Conversation | undefined {
    return this.conversations.get(`${kind}:${name}`);
  }

  open(kind: Kind, name: string): Conversation {
    const known = this.find(kind, name);
    if (known) return known;
    const conversation = new Conversation(kind, name, this.me);
    this.conversations.set(conversation.key, conversation);
    if (kind === "user") {
      this.learnEpoch(conversation, this.inbox.epoch);
      conversation.loaded = this.inbox.loaded;
      conversation.older = this.inbox.more;
      conversation.cursor = this.inbox.cursor;
    }
    return conversation;
  }

  /** The log has this epoch; what was read of it in an earlier visit counts. False if nothing was. */
  learnEpoch(conversation: Conversation, epoch: string): boolean {
    if (epoch === "" || epoch === conversation.epoch) return true;
    const first = conversation.epoch === "";
    conversation.inEpoch(epoch);
    const read = this.read[conversation.key];
    if (!first || read === undefined) return false;
    if (read[0] === epoch) conversation.read = Math.max(conversation.read, read[1]);
    return true;
  }

  get current(): Conversation {
    return this.conversations.get(this.active) ?? this.open("room", "general");
  }

  /** Rooms in the order of joining, people in that of the last message. */
  of(kind: Kind): Conversation[] {
    const all = [...this.conversations.values()].filter((one) => one.kind === kind);
    return kind === "room" ? all : all.sort((a, b) => b.lastTime - a.lastTime);
  }

  get unread(): number {
    let unread = 0;
    for (const one of this.conversations.values()) unread += one.unread;
    return unread;
  }

  isOnline(user: string): boolean {
    if (this.#online.has(user)) return true;
    for (const one of this.conversations.values()) if (one.kind === "room" && one.members.includes(user)) return true;
    return false;
  }

  /** Who is online as the server says; between two answers, rooms tell who comes and goes. */
  learnOnline(users: readonly string[]): void {
    this.#online.clear();
    for (const user of users) this.#online.add(user);
  }

  /** Everybody who is known: online, in a room, or somebody one wrote to. */
  people(): string[] {
    const people = new Set(this.#online);
    for (const one of this.conversations.values()) {
      if (one.kind === "user") people.add(one.name);
      else one.members.forEach((member) => people.add(member));
    }
    return [...people].sort((a, b) => a.localeCompare(b));
  }

  left(user: string): void {
    this.#online.delete(user);
  }
}
