import { Client, SwitchboardError, type Entry, type Patience } from "switchboard-client";
import { type Chat, chat, type Level, type Notification } from "./chat.js";
import type { Conversation, Row } from "./conversation.js";
import { Past } from "./past.js";
import { is, levelOf, textOf } from "./reading.js";
import type { Store } from "./store.js";
import { Typing } from "./typing.js";

export type ChatClient = Client<Chat, typeof chat.types>;

export interface Watcher {
  /** Something in the store changed. */
  changed(): void;
  /** Somebody else said something just now. */
  heard(conversation: Conversation, from: string, text: string | undefined): void;
  /** Somebody wants this to be noticed; undefined if it can't be understood. */
  noticed(level: Level, from: string, text: string | undefined): void;
  /** The page has something to say. */
  notify(level: Level, text: string): void;
  /** Rooms were joined or left. */
  rooms(): void;
}

/** Connects the store to the server: what comes in goes to the store, what the person does goes out. */
export class Talk {
  readonly client: ChatClient;
  readonly typing: Typing;
  readonly #past: Past;

  constructor(
    readonly store: Store,
    readonly watcher: Watcher,
    token?: string,
  ) {
    const endpoint = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`;
    const options = { maxReconnectDelay: 15_000 };
    const client =
      token === undefined
        ? new Client(`${endpoint}?user=${encodeURIComponent(store.me)}`, chat, options)
        : new Client(endpoint, chat, { ...options, token });
    this.client = client;
    this.typing = new Typing(client, () => watcher.changed());
    this.#past = new Past(client, store, (entry) => this.#take(entry) !== undefined, () => watcher.changed());
    client.on("open", () => void this.#opened());
    client.on("message", (entry) => this.#received(entry));
    // Nothing is encrypted here: whatever looks like it has a place in its log, and can't be shown.
    client.on("decryption_failed", (entry) => void this.#take({ ...entry, data: undefined } as unknown as Entry<Chat>));
    client.on("room_joined", (joined) => {
      const room = store.open("room", joined.room);
      if (!store.learnEpoch(room, joined.epoch) && room.era === 0) room.read = joined.seq;
      watcher.changed();
    });
    client.on("members", ({ room: name, members, count }) => {
      const room = store.find("room", name);
      if (room) Object.assign(room, { members: [...members], count });
      watcher.changed();
    });
    client.on("room_left", ({ room, error }) => {
      const known = store.conversations.delete(`room:${room}`);
      if (known && error) watcher.notify("error", `#${room}: ${error.message}`);
      watcher.rooms();
    });
    client.on("user_left", ({ room, user }) => {
      store.find("room", room)?.typing.delete(user);
      store.left(user);
    });
    client.on("gap", (gap) => void this.#past.gap(gap));
    client.on("error", (error) => {
      if (error.code === "listener") console.error(error.cause);
      else watcher.notify("error", error.message);
    });
  }

  /** Begins to connect. How that goes is what the client's events say. */
  start(): void {
    this.client.connect().catch(() => {});
  }

  /** A connection stands: joins what is not joined yet, and asks who is online. */
  async #opened(): Promise<void> {
    const rooms = this.store.of("room");
    // A room that is being joined goes on by itself; one of an earlier visit that is refused is left.
    const fresh = rooms.filter(({ name, loaded }) => !loaded && this.client.room(name).state !== "joining");
    const tasks = fresh.map(({ name }) => this.#enter(name));
    await Promise.allSettled([...tasks, this.#past.loadInbox(), this.whoIsOnline()]);
    this.watcher.changed();
  }

  async whoIsOnline(): Promise<void> {
    this.store.learnOnline((await this.client.userList()).members);
    this.watcher.changed();
  }

  /** Joins a room, or starts it, and loads what was said last. */
  join(name: string): Promise<Conversation> {
    return this.#enter(name, { timeout: 10_000 });
  }

  async #enter(name: string, patience?: Patience): Promise<Conversation> {
    await this.client.join(name, patience);
    const room = this.store.open("room", name);
    await this.#past.settle(room);
    this.watcher.rooms();
    return room;
  }

  leave(room: Conversation): Promise<void> {
    return this.client.leave(room.name);
  }

  /** Sends it; the row shows how that goes. A row that failed is sent again under its old messageId, so it can't be there twice. */
  async send(to: Conversation, text: string, again?: Row): Promise<void> {
    const row = again ?? to.write(newId(), text, Date.now());
    row.state = "pending";
    this.typing.sent(to);
    this.watcher.changed();
    const { messageId } = row;
    try {
      if (to.kind === "room") {
        const { seq } = await this.client.publish(to.name, "message", { content: text }, { messageId });
        to.take({ seq, messageId, from: to.me, text, time: row.time });
      } else {
        await this.client.publish({ user: to.name }, "message", { content: text }, { messageId });
        row.state = "sent";
      }
    } catch (error) {
      if (row.seq === 0) row.state = "failed";
      if (error instanceof SwitchboardError && !error.retryable && error.code !== "closed") this.watcher.notify("error", error.message);
    }
    this.watcher.changed();
  }

  /** Has people notice something; without a user: everyone. */
  async notify(notification: Notification, user?: string): Promise<void> {
    await this.client.publish(user === undefined ? { everyone: true } : { user }, "notification", notification);
  }

  older(conversation: Conversation): Promise<void> {
    return this.#past.older(conversation);
  }

  fill(conversation: Conversation, hole: Conversation["holes"][number]): Promise<void> {
    return this.#past.fill(conversation, hole);
  }

  close(): void {
    this.typing.close();
    void this.client.close();
  }

  #received(entry: Entry<Chat>): void {
    const { me } = this.store;
    if (entry.from === undefined) return; // the server's own code says nothing here
    if (entry.type === "notification") this.watcher.noticed(levelOf(entry.data), entry.from, textOf(entry.data, "text"));
    else if (entry.type === "typing") {
      const where = entry.room === undefined ? this.store.find("user", entry.from) : this.store.find("room", entry.room);
      if (where && entry.from !== me) this.typing.heard(where, entry.from, is(entry.data, "on"));
    } else if (entry.everyone) this.watcher.noticed("info", entry.from, textOf(entry.data, "content"));
    else {
      const conversation = this.#take(entry);
      if (conversation && entry.from !== me) this.watcher.heard(conversation, entry.from, textOf(entry.data, "content"));
    }
  }

  /** Puts an entry where it belongs; returns the conversation if it was new there. */
  #take(entry: Entry<Chat>): Conversation | undefined {
    if (entry.type !== "message" || entry.seq === undefined || entry.everyone) return undefined;
    const { seq, messageId, from, timestamp: time, room } = entry;
    const { me, inbox } = this.store;
    const peer = from === me ? (textOf(entry.data, "to") ?? me) : from;
    const conversation = room === undefined ? this.store.open("user", peer) : this.store.find("room", room);
    if (!conversation) return undefined; // a room that was left meanwhile
    if (room === undefined) inbox.last = Math.max(inbox.last, seq);
    if (!conversation.take({ seq, messageId, from, text: textOf(entry.data, "content"), time })) return undefined;
    conversation.typing.delete(from);
    this.watcher.changed();
    return conversation;
  }
}

/** A name for a message. `crypto.randomUUID` is missing on pages that came over plain HTTP from another machine. */
function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
