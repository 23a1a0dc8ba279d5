/** One conversation as data: its rows in order, what is unread, where something is missing. Knows no browser and no network. */

export type Kind = "room" | "user";
export type RowState = "pending" | "sent" | "failed";

export interface Row {
  readonly key: string;
  readonly messageId: string;
  readonly from: string;
  /** Undefined if the entry has no text that could be understood. */
  readonly text: string | undefined;
  /** Which epoch of the log it is from, counted from when the page was opened; greater is later. */
  era: number;
  /** Place in its log; 0 while it has none. */
  seq: number;
  time: number;
  state: RowState;
}

/** What an entry of the log says. */
export interface Said {
  readonly seq: number;
  readonly messageId?: string | undefined;
  readonly from: string;
  readonly text: string | undefined;
  readonly time: number;
}

/** Something is missing behind `after`, up to and with `until`. `lost`: it can't be had. */
export interface Hole {
  readonly era: number;
  after: number;
  readonly until: number;
  state: "open" | "loading" | "lost";
}

/** Rows beyond so many are dropped, oldest first; they can be loaded again. */
const MOST_ROWS = 1_500;
const ROWS_AFTER_TRIM = 1_000;

export class Conversation {
  readonly rows: Row[] = [];
  readonly holes: Hole[] = [];
  /** Who is typing, and until when to believe it. */
  readonly typing = new Map<string, number>();
  members: string[] = [];
  count = 0;
  /** Whether what was said last is here; until then nothing is known of this conversation. */
  loaded = false;
  /** Whether the log may hold entries before `cursor`. */
  older = true;
  loading = false;
  /** Everything of the log from here on was looked at; 0: nothing yet. */
  cursor = 0;
  draft = "";
  epoch = "";
  era = 0;
  /** The last seq that was read. */
  read = 0;
  /** New messages begin behind this seq, as shown; 0: no line. */
  divider = 0;
  readonly #mine = new Map<string, Row>();
  readonly #known = new Set<string>();

  constructor(
    readonly kind: Kind,
    readonly name: string,
    readonly me: string,
  ) {}

  get key(): string {
    return `${this.kind}:${this.name}`;
  }

  get lastSeq(): number {
    return this.rows.findLast((row) => row.era === this.era && row.seq > 0)?.seq ?? 0;
  }

  get lastTime(): number {
    return this.rows.at(-1)?.time ?? 0;
  }

  get unread(): number {
    let unread = 0;
    for (let i = this.rows.length - 1; i >= 0; i--) {
      const row = this.rows[i]!;
      if (row.era < this.era || (row.seq > 0 && row.seq <= this.read)) break;
      if (row.seq > 0 && row.from !== this.me) unread++;
    }
    return unread;
  }

  /** The log is that of this epoch. If it was another one, that log was lost and seqs begin anew. */
  inEpoch(epoch: string): void {
    if (epoch === this.epoch) return;
    if (this.epoch !== "") {
      this.era++;
      this.read = this.divider = this.cursor = 0;
      this.older = true;
    }
    this.epoch = epoch;
  }

  /** Takes an entry of the log, once; what was being sent under its messageId becomes it. False if it was here already. */
  take({ seq, messageId = "", from, text, time }: Said): boolean {
    const place = `${this.era}/${seq}`;
    const own = from === this.me ? this.#mine.get(messageId) : undefined;
    if (own?.era === this.era && own.seq === seq) own.time = time;
    if (this.#known.has(place) || (own && own.seq > 0)) return false;
    this.#known.add(place);
    if (own) this.rows.splice(this.rows.indexOf(own), 1);
    const row: Row = own ?? { key: place, messageId, from, text, era: 0, seq: 0, time: 0, state: "sent" };
    Object.assign(row, { era: this.era, seq, time, state: "sent" });
    this.rows.splice(this.#placeOf(row), 0, row);
    if (from === this.me && messageId !== "") this.#mine.set(messageId, row);
    return true;
  }

  #placeOf(row: Row): number {
    let at = this.rows.length;
    const after = (other: Row) => other.seq === 0 || other.era > row.era || (other.era === row.era && other.seq > row.seq);
    while (at > 0 && after(this.rows[at - 1]!)) at--;
    return at;
  }

  /** Adds what is being sent. */
  write(messageId: string, text: string, time: number): Row {
    const row: Row = { key: messageId, messageId, from: this.me, text, era: this.era, seq: 0, time, state: "pending" };
    this.#mine.set(messageId, row);
    this.rows.push(row);
    this.divider = 0;
    return row;
  }

  /** Says that what came behind the last row, up to `until`, is missing. */
  missed(until: number): Hole | undefined {
    const after = this.lastSeq;
    if (after === 0 || after >= until) return undefined;
    const hole: Hole = { era: this.era, after, until, state: "open" };
    this.holes.push(hole);
    return hole;
  }

  close(hole: Hole): void {
    this.holes.splice(this.holes.indexOf(hole), 1);
  }

  /** Draws the line where new messages begin, if there are any. */
  divide(): void {
    if (this.unread > 0) this.divider = Math.max(this.read, 0.5);
  }

  /** All that is here was read; false if that was known. */
  markRead(): boolean {
    const last = this.lastSeq;
    if (last <= this.read) return false;
    this.read = last;
    return true;
  }

  /** Keeps the newest rows only. */
  trim(): void {
    if (this.rows.length <= MOST_ROWS) return;
    for (const row of this.rows.splice(0, this.rows.length - ROWS_AFTER_TRIM)) {
      this.#known.delete(`${row.era}/${row.seq}`);
      this.#mine.delete(row.messageId);
    }
    this.cursor = this.rows[0]!.seq;
    this.older = true;
  }
}
