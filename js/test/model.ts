import type { Machine } from "./machine.js";

interface ModelSession {
  readonly id: string;
  rooms: Set<string>;
  line: Line | undefined;
}

interface Kept {
  readonly messageId: string;
  readonly from: string;
  readonly data: unknown;
}

/** One client's connection: what is under way in both directions. */
export class Line {
  toServer: any[] = [];
  toClient: object[] = [];
  session: ModelSession | undefined;

  constructor(
    readonly machine: Machine,
    readonly user: string,
  ) {}
}

/** A server of one room "r", as simple as the protocol allows: memory only, one log that everything is kept in. */
export class ModelServer {
  readonly log: Kept[] = [];
  readonly #seqs = new Map<string, number>();
  #sessions = new Map<string, ModelSession>();
  #count = 0;

  constructor(readonly chance: () => number) {}

  /** All sessions are forgotten, as by a restart; the log is not. */
  forget(): void {
    for (const { line } of this.#sessions.values()) if (line) line.session = undefined;
    this.#sessions.clear();
  }

  connected(line: Line): void {
    line.toServer = [];
    line.toClient = [];
    this.#welcome(line, {});
  }

  lost(line: Line): void {
    if (line.session?.line === line) line.session.line = undefined;
    line.session = undefined;
  }

  take(line: Line, message: any): void {
    const { session } = line;
    if (message.type === "resume") return this.#resume(line, message);
    if (!session) return;
    const answer = (more: object) => line.toClient.push({ re: message.id, ...more });
    if (message.type === "join_room") {
      session.rooms.add(message.room);
      const seq = this.log.length;
      answer({ type: "room_joined", room: "r", epoch: "e", seq, members: [], count: 1, recovered: true });
      if (message.since) this.#follow(line, message.since.seq);
    } else if (message.type === "chat") this.#publish(line, message, answer);
    else if (message.type === "ping") answer({ type: "pong" });
  }

  #publish(line: Line, message: any, answer: (more: object) => void): void {
    const name = `${line.user} ${message.messageId}`;
    let seq = this.#seqs.get(name);
    if (!line.session!.rooms.has("r")) return answer({ type: "error", code: "not_a_member", message: "" });
    if (seq === undefined) {
      this.log.push({ messageId: message.messageId, from: line.user, data: message.data });
      this.#seqs.set(name, (seq = this.log.length));
      for (const { rooms, line: to } of this.#sessions.values()) {
        if (to && rooms.has("r") && !(to === line && message.echo === false)) this.#deliver(to, seq);
      }
    }
    this.#overtaking(line, { type: "ack", re: message.id, seq });
  }

  /** An ack may come before entries that were delivered before it. */
  #overtaking({ toClient }: Line, ack: object): void {
    let at = toClient.length;
    while (at > 0 && "seq" in toClient[at - 1]! && !("re" in toClient[at - 1]!) && this.chance() < 0.7) at--;
    toClient.splice(at, 0, ack);
  }

  /** Sometimes twice, which a server must not but a client survives. */
  #deliver({ toClient }: Line, seq: number): void {
    toClient.push(this.#entry(seq));
    if (this.chance() < 0.05) toClient.push(this.#entry(seq));
  }

  #resume(line: Line, { id, session: name, logs }: any): void {
    const session = this.#sessions.get(name);
    if (!session) return this.#welcome(line, { re: id });
    if (line.session) this.#sessions.delete(line.session.id);
    line.session = session;
    session.line = line;
    const answers = [...session.rooms].map((room) => ({ room, epoch: "e", seq: this.log.length, recovered: true }));
    line.toClient.push({ type: "resumed", re: id, session: name, user: line.user, logs: answers });
    const named = logs.find(({ room }: any) => room === "r");
    if (named) this.#follow(line, named.seq);
  }

  #welcome(line: Line, more: object): void {
    const session: ModelSession = { id: `s${++this.#count}`, rooms: new Set(), line };
    if (line.session) this.#sessions.delete(line.session.id);
    this.#sessions.set(session.id, session);
    line.session = session;
    line.toClient.push({ type: "welcome", session: session.id, secret: "k", user: line.user, logs: [], ...more });
  }

  #follow(line: Line, seq: number): void {
    for (let next = seq + 1; next <= this.log.length; next++) this.#deliver(line, next);
  }

  #entry(seq: number): object {
    return { type: "chat", room: "r", seq, timestamp: 1, ...this.log[seq - 1]! };
  }
}
