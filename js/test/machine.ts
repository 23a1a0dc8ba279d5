import type { SwitchboardError } from "#client/error.js";
import { settings, type Options } from "#client/options.js";
import { Session } from "#client/session.js";

/** The pure machine with a clock that is stepped and chance that is chosen. */
export class Machine {
  now = 0;
  random = 1;
  #names = 0;
  readonly session: Session;
  readonly said: any[] = [];
  /** `[name, event]` in order, without `state`. */
  readonly reports: [string, any][] = [];
  readonly settled = new Map<number, any>();
  readonly refused = new Map<number, SwitchboardError>();
  readonly asked: { id: string | number; type: string; data: unknown }[] = [];
  readonly closes: (number | undefined)[] = [];
  readonly tokenRequests: { request: number; at: number }[] = [];
  /** When the machine wanted a connection. */
  readonly attempts: number[] = [];

  constructor(options: Options = {}) {
    const chance = { random: () => this.random, newId: () => `m${++this.#names}` };
    this.session = new Session(settings(options), chance);
  }

  get talk() {
    return this.session.conversation;
  }

  /** Does it and takes what comes of it. */
  do<T>(input: (session: Session) => T): T {
    const result = input(this.session);
    for (const effect of this.session.take()) {
      if (effect.kind === "send") this.said.push(JSON.parse(effect.text));
      else if (effect.kind === "connect") this.attempts.push(this.now);
      else if (effect.kind === "token") this.tokenRequests.push({ request: effect.request, at: this.now });
      else if (effect.kind === "settle") this.settled.set(effect.ticket, effect.value);
      else if (effect.kind === "refuse") this.refused.set(effect.ticket, effect.error);
      else if (effect.kind === "asked") this.asked.push(effect);
      else if (effect.kind === "close" || effect.kind === "abandon") this.closes.push(effect.code);
      else if (effect.kind !== "report") throw new Error(`${effect.kind} (expected: none, without encryption)`);
      else if (effect.name !== "state") this.reports.push([effect.name, effect.event]);
    }
    return result;
  }

  hear(message: object): void {
    this.do((session) => session.received(this.now, message));
  }

  lose(code = 1006, reason = ""): void {
    this.do((session) => session.lost(this.now, code, reason, code !== 1006));
  }

  /** Steps from deadline to deadline. */
  pass(milliseconds: number): void {
    const end = this.now + milliseconds;
    while (this.session.deadline() <= end) {
      this.now = Math.max(this.now, this.session.deadline());
      this.do((session) => session.tick(this.now));
    }
    this.now = end;
  }

  /** The WebSocket opens, and the server greets; `welcome` can be told apart by its logs. */
  open(logs: object[] = [], more: object = {}): void {
    this.do((session) => session.opened());
    const heartbeat = { interval: 25_000, timeout: 10_000 };
    const limits = { message: 1000, rooms: 100 };
    this.hear({ type: "welcome", session: "s", secret: "k", user: "ann", heartbeat, limits, logs, ...more });
  }

  /** The WebSocket opens, and the session goes on. */
  resume(logs: object[] = []): void {
    this.do((session) => session.opened());
    this.hear({ type: "resumed", re: 1, session: "s", user: "ann", logs });
  }

  /** Connected and welcomed. */
  static open(options: Options = {}, logs: object[] = []): Machine {
    const machine = new Machine(options);
    machine.do((session) => session.connect(0));
    machine.open(logs);
    return machine;
  }

  /** In the room, at this place of its log. */
  join(room: string, seq: number, options: { recent?: number } = {}): void {
    this.do(() => this.talk.join(this.now, room, options));
    const re = this.said.at(-1).id;
    this.hear({ type: "room_joined", room, re, epoch: "e", seq, members: ["ann"], count: 1, recovered: true });
  }

  /** An entry of the room. */
  entry(room: string, seq: number, more: object = {}): void {
    this.hear({ type: "chat", room, seq, from: "bob", timestamp: 1, data: {}, ...more });
  }

  /** The seqs of the messages reported so far. */
  get seqs(): number[] {
    return this.of("message").map(({ seq }) => seq);
  }

  of(name: string): any[] {
    return this.reports.filter((report) => report[0] === name).map((report) => report[1]);
  }
}
