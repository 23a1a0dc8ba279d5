/** What is known, without a browser: conversations, their rows, what is unread. */

export type Kind = "room" | "user";
export type RowState = "pending" | "sent" | "failed";

export interface Row {
  readonly key: string;
  readonly messageId: string;
  readonly from: string;
  readonly text: string;
  /** Place in its log; 0 while it has none. */
  seq: number;
  time: number;
  state: RowState;
}

export interface Incoming {
  seq: number;
  messageId?: string | undefined;
  from: string;
  text: string;
  time: number;
}

/** A room, or all that went between two people. Rows with a seq are in its order, those without come last, in the order they were written. */
export class Conversation {
  readonly rows: Row[] = [];
  readonly typing = new Map<string, number>();
  members: string[] = [];
  count = 0;
  /** Whether the log may hold older entries than those here. */
  older = true;
  loading = false;
  gap = false;
  draft = "";
  /** The last seq that was read; what came after is new. */
  read = 0;
  /** Where the "new" divider stands, fixed while the conversation is open. */
  divider = 0;
  readonly #byId = new Map<string, Row>();
  readonly #seqs = new Set<number>();

  constructor(
    readonly kind: Kind,
    readonly name: string,
    readonly me: string,
  ) {}

  get key(): string {
    return `${this.kind}:${this.name}`;
  }

  get firstSeq(): number {
    return this.rows[0]?.seq ?? 0;
  }

  get lastSeq(): number {
    return this.rows.findLast((row) => row.seq > 0)?.seq ?? 0;
  }

  get unread(): number {
    let unread = 0;
    for (let i = this.rows.length - 1; i >= 0; i--) {
      const row = this.rows[i]!;
      if (row.seq > 0 && row.seq <= this.read) break;
      if (row.seq > this.read && row.from !== this.me) unread++;
    }
    return unread;
  }

  /** Takes an entry of the log, once; a row that was pending under its messageId becomes it. False if it was here already. */
  take({ seq, messageId, from, text, time }: Incoming): boolean {
    if (this.#seqs.has(seq)) return false;
    this.#seqs.add(seq);
    const known = messageId === undefined || from !== this.me ? undefined : this.#byId.get(messageId);
    if (known) {
      this.rows.splice(this.rows.indexOf(known), 1);
      Object.assign(known, { seq, time, state: "sent" });
      this.#insert(known);
      return true;
    }
    const row: Row = { key: `s${seq}`, messageId: messageId ?? "", from, text, seq, time, state: "sent" };
    if (messageId !== undefined && from === this.me) this.#byId.set(messageId, row);
    this.#insert(row);
    return true;
  }

  #insert(row: Row): void {
    let at = this.rows.length;
    while (at > 0 && (this.rows[at - 1]!.seq === 0 || this.rows[at - 1]!.seq > row.seq)) at--;
    this.rows.splice(at, 0, row);
  }

  /** Adds what is being sent. */
  write(messageId: string, text: string, time: number): Row {
    const row: Row = { key: `m${messageId}`, messageId, from: this.me, text, seq: 0, time, state: "pending" };
    this.#byId.set(messageId, row);
    this.rows.push(row);
    return row;
  }

  markRead(): boolean {
    const last = this.lastSeq;
    if (last <= this.read) return false;
    this.read = last;
    return true;
  }
}

export class Store {
  readonly conversations = new Map<string, Conversation>();
  active = "room:general";
  /** The oldest place of the own inbox that is here, and whether there is more before it. */
  inbox = { first: 0, more: true };

  constructor(
    readonly me: string,
    readonly read: Record<string, number>,
  ) {}

  open(kind: Kind, name: string): Conversation {
    const key = `${kind}:${name}`;
    let conversation = this.conversations.get(key);
    if (!conversation) {
      conversation = new Conversation(kind, name, this.me);
      conversation.read = this.read[key] ?? 0;
      this.conversations.set(key, conversation);
    }
    return conversation;
  }

  get current(): Conversation {
    return this.conversations.get(this.active) ?? this.open("room", "general");
  }

  of(kind: Kind): Conversation[] {
    return [...this.conversations.values()].filter((one) => one.kind === kind);
  }

  get unread(): number {
    let unread = 0;
    for (const one of this.conversations.values()) unread += one.unread;
    return unread;
  }
}
