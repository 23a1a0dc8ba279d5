import type { Entry, Page } from "switchboard-client";
import type { Chat } from "./chat.js";
import type { Conversation, Hole } from "./conversation.js";
import type { Store } from "./store.js";
import type { ChatClient } from "./talk.js";

/** So many messages at a time. */
const PAGE = 50;
const INBOX_PAGE = 100;
const FILL_PAGE = 200;
/** Pages asked for at one go: of an inbox, that may hold nothing for this conversation; of a gap, that may be long. */
const MOST_PAGES = 5;

type Gap = { room?: string; user?: string; everyone?: true; epoch: string; seq: number };

/** What was said before: history page by page, and what was missed while away. */
export class Past {
  constructor(
    readonly client: ChatClient,
    readonly store: Store,
    /** Puts an entry into its conversation; false if it was there. */
    readonly take: (entry: Entry<Chat>) => boolean,
    readonly changed: () => void,
  ) {}

  /** The last messages of a room just joined; what is said from now on comes by itself. */
  async settle(room: Conversation): Promise<void> {
    if (room.loaded) return;
    const page = await this.client.history({ room: room.name }, { limit: PAGE });
    this.#taken(page);
    room.cursor = page.first;
    room.older = page.more;
    room.loaded = true;
    this.changed();
  }

  /** The own inbox, once: all direct conversations come from it. */
  async loadInbox(): Promise<void> {
    const { store } = this;
    if (store.inbox.loaded) return;
    const page = await this.client.history({ user: store.me }, { limit: INBOX_PAGE });
    this.#inboxEpoch(page.epoch);
    this.#taken(page);
    Object.assign(store.inbox, { loaded: true, more: page.more, cursor: page.first, last: Math.max(store.inbox.last, page.seq) });
    for (const one of store.of("user")) Object.assign(one, { loaded: true, older: page.more, cursor: store.inbox.cursor });
    this.changed();
  }

  /** Loads what was said before what is here. */
  async older(conversation: Conversation): Promise<void> {
    if (conversation.loading || !conversation.older || !conversation.loaded) return;
    conversation.loading = true;
    this.changed();
    const { era } = conversation;
    const rows = conversation.rows.length;
    try {
      for (let pages = 0; pages < MOST_PAGES && conversation.older && conversation.rows.length === rows; pages++) {
        const { cursor } = conversation;
        const page = await this.client.history(this.#log(conversation), {
          limit: conversation.kind === "room" ? PAGE : INBOX_PAGE,
          ...(cursor > 0 ? { before: cursor } : {}),
        });
        if (conversation.era !== era) break;
        this.#taken(page);
        conversation.cursor = page.first || cursor;
        conversation.older = page.more;
      }
    } catch {
      // The connection is lost or the server busy: the button is still there.
    } finally {
      conversation.loading = false;
      this.changed();
    }
  }

  /** What was missed did not come by itself. If the log is the same, it may still be in the history; if not, it is said. */
  async gap(gap: Gap): Promise<void> {
    if (gap.everyone) return;
    const touched = gap.room === undefined ? this.store.of("user") : [this.store.open("room", gap.room)];
    if (gap.room === undefined) {
      const { inbox } = this.store;
      if (gap.epoch === inbox.epoch) return this.#fillInbox(gap.seq);
      this.#inboxEpoch(gap.epoch);
      inbox.last = gap.seq;
    } else for (const one of touched) {
      if (one.epoch !== gap.epoch) this.store.learnEpoch(one, gap.epoch);
      else {
        const hole = one.missed(gap.seq);
        if (hole) await this.fill(one, hole);
      }
    }
    this.changed();
  }

  /** Loads what is missing at this place. What the server no longer has is lost. */
  async fill(conversation: Conversation, hole: Hole): Promise<void> {
    if (hole.state === "loading") return;
    hole.state = "loading";
    this.changed();
    try {
      for (let pages = 0; pages < MOST_PAGES && hole.after < hole.until; pages++) {
        const page = await this.client.history(this.#log(conversation), { after: hole.after, limit: FILL_PAGE });
        if (conversation.era !== hole.era || page.first === 0 || page.first > hole.after + 1) {
          this.#taken(page);
          hole.state = "lost";
          return this.changed();
        }
        this.#taken(page);
        hole.after = page.last;
      }
      hole.state = "open";
      if (hole.after >= hole.until) conversation.close(hole);
    } catch {
      hole.state = "open";
    }
    this.changed();
  }

  async #fillInbox(until: number): Promise<void> {
    const { inbox, me } = this.store;
    try {
      for (let pages = 0; pages < MOST_PAGES && inbox.last < until; pages++) {
        const page = await this.client.history({ user: me }, { after: inbox.last, limit: FILL_PAGE });
        this.#taken(page);
        if (page.last === 0) break;
        inbox.last = Math.max(inbox.last, page.last);
      }
    } catch {
      // Said below: the conversations end with a hole.
    }
    if (inbox.last < until) for (const one of this.store.of("user")) one.missed(until);
    inbox.last = until;
    this.changed();
  }

  #taken(page: Page<Chat>): void {
    for (const entry of page.messages) this.take(entry);
  }

  #inboxEpoch(epoch: string): void {
    this.store.inbox.epoch = epoch;
    for (const one of this.store.of("user")) this.store.learnEpoch(one, epoch);
  }

  #log(conversation: Conversation): { room: string } | { user: string } {
    return conversation.kind === "room" ? { room: conversation.name } : { user: this.store.me };
  }
}
