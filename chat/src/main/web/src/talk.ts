import { Client, SwitchboardError, type Entry } from "switchboard-client";
import type { Conversation, Row, Store } from "./store.js";

/** The chat application's messages; the same as `Chat` in Java. */
export interface Chat {
  message: { content: string; to?: string | null; extra?: unknown };
  typing: { on: boolean };
  notification: { level: "info" | "warning" | "error" | "success"; text: string };
}

export const MAX_CONTENT = 4_000;
const PAGE = 50;
const TYPING_MS = 5_000;
const TYPING_EVERY_MS = 3_000;

export interface Watcher {
  /** Something of this conversation changed; null: the lists. */
  changed(conversation: Conversation | null): void;
  heard(conversation: Conversation, row: { from: string; text: string }): void;
  notify(level: Chat["notification"]["level"], text: string): void;
}

/** Connects the store to the server: what comes in goes to the store, what the person does goes out. */
export class Talk {
  readonly client: Client<Chat>;
  #typedAt = 0;

  constructor(
    readonly store: Store,
    readonly watcher: Watcher,
  ) {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    this.client = new Client<Chat>(`${scheme}://${location.host}/ws?user=${encodeURIComponent(store.me)}`);
    this.client.on("message", (entry) => this.#received(entry));
    this.client.on("room_joined", (joined) => {
      const room = this.store.open("room", joined.room);
      room.members = [...joined.members];
      room.count = joined.count;
      if (!(room.key in this.store.read) && room.read === 0) room.read = joined.seq;
      if (joined.seq === 0) room.older = false;
      this.watcher.changed(room);
    });
    this.client.on("user_joined", ({ room, user, count }) => this.#presence(room, user, count, true));
    this.client.on("user_left", ({ room, user, count }) => this.#presence(room, user, count, false));
    this.client.on("gap", ({ room }) => {
      if (room === undefined) return;
      const conversation = this.store.open("room", room);
      conversation.gap = true;
      this.watcher.changed(conversation);
    });
  }

  async start(rooms: readonly string[]): Promise<void> {
    await this.client.connect();
    await Promise.all(rooms.map((room) => this.join(room)));
    await this.#loadInbox();
  }

  async join(name: string): Promise<Conversation> {
    await this.client.join(name, { recent: PAGE });
    return this.store.open("room", name);
  }

  async leave(conversation: Conversation): Promise<void> {
    await this.client.leave(conversation.name);
    this.store.conversations.delete(conversation.key);
    this.watcher.changed(null);
  }

  /** Sends it; the row shows how that goes. A row that failed is sent again under its old messageId, so it can't be there twice. */
  async send(conversation: Conversation, text: string, again?: Row): Promise<void> {
    const row = again ?? conversation.write(crypto.randomUUID(), text, Date.now());
    row.state = "pending";
    this.#typedAt = 0;
    this.watcher.changed(conversation);
    const options = { messageId: row.messageId };
    try {
      if (conversation.kind === "room") await this.client.publish(conversation.name, "message", { content: text }, options);
      else await this.client.direct(conversation.name, "message", { content: text }, options);
      if (row.seq === 0 && conversation.kind === "user" && conversation.name === this.store.me) row.state = "sent";
    } catch (error) {
      if (row.seq === 0) row.state = "failed";
      if (error instanceof SwitchboardError && !error.retryable) this.watcher.notify("error", error.message);
      this.watcher.changed(conversation);
    }
  }

  typed(conversation: Conversation, on: boolean): void {
    if (conversation.kind !== "room") return;
    const now = Date.now();
    if (on ? now - this.#typedAt < TYPING_EVERY_MS : this.#typedAt === 0) return;
    this.#typedAt = on ? now : 0;
    this.client.fleeting(conversation.name, "typing", { on });
  }

  /** Loads what was said before. The own inbox holds all direct conversations, so some pages may bring nothing for this one. */
  async older(conversation: Conversation): Promise<void> {
    if (conversation.loading || !conversation.older) return;
    conversation.loading = true;
    this.watcher.changed(conversation);
    try {
      if (conversation.kind === "room") {
        const before = conversation.firstSeq;
        const page = await this.client.history({ room: conversation.name }, { limit: PAGE, ...(before > 0 ? { before } : {}) });
        page.messages.forEach((entry) => this.#take(entry));
        conversation.older = page.more;
      } else {
        const rows = conversation.rows.length;
        for (let pages = 0; pages < 5 && this.store.inbox.more && conversation.rows.length === rows; pages++) await this.#loadInbox();
        conversation.older = this.store.inbox.more;
      }
    } catch {
      // Lost the connection meanwhile: the button is still there.
    } finally {
      conversation.loading = false;
      this.watcher.changed(conversation);
    }
  }

  async #loadInbox(): Promise<void> {
    const { first } = this.store.inbox;
    const page = await this.client.history({ user: this.store.me }, { limit: 100, ...(first > 0 ? { before: first } : {}) });
    page.messages.forEach((entry) => this.#take(entry));
    this.store.inbox = { first: page.messages[0]?.seq ?? first, more: page.more };
    for (const one of this.store.of("user")) one.older = page.more;
    this.watcher.changed(null);
  }

  #received(entry: Entry<Chat>): void {
    if (entry.type === "notification") this.watcher.notify(entry.data.level, `${entry.from}: ${entry.data.text}`);
    else if (entry.type === "typing") this.#typing(entry);
    else if (entry.everyone) this.watcher.notify("info", `${entry.from}: ${entry.data.content}`);
    else {
      const conversation = this.#take(entry);
      if (conversation && entry.from !== this.store.me) this.watcher.heard(conversation, { from: entry.from, text: entry.data.content });
    }
  }

  /** Puts an entry where it belongs; returns the conversation if it was new there. */
  #take(entry: Entry<Chat>): Conversation | undefined {
    if (entry.type !== "message" || entry.seq === undefined) return undefined;
    const peer = entry.from === this.store.me ? (entry.data.to ?? this.store.me) : entry.from;
    const conversation = entry.room === undefined ? this.store.open("user", peer) : this.store.open("room", entry.room);
    const { seq, messageId, from, timestamp: time } = entry;
    if (!conversation.take({ seq, messageId, from, text: entry.data.content, time })) return undefined;
    conversation.typing.delete(from);
    this.watcher.changed(conversation);
    return conversation;
  }

  #typing(entry: Entry<Chat> & { type: "typing" }): void {
    if (entry.room === undefined || entry.from === this.store.me) return;
    const room = this.store.open("room", entry.room);
    if (entry.data.on) {
      const until = Date.now() + TYPING_MS;
      room.typing.set(entry.from, until);
      setTimeout(() => {
        if (room.typing.get(entry.from) === until) room.typing.delete(entry.from);
        this.watcher.changed(room);
      }, TYPING_MS);
    } else room.typing.delete(entry.from);
    this.watcher.changed(room);
  }

  #presence(name: string, user: string, count: number, here: boolean): void {
    const room = this.store.open("room", name);
    const others = room.members.filter((member) => member !== user);
    room.members = here ? [...others, user] : others;
    room.count = count;
    if (!here) room.typing.delete(user);
    this.watcher.changed(room);
  }
}
