import assert from "node:assert/strict";
import { test } from "node:test";
import { Machine } from "./machine.js";
import { Line, ModelServer } from "./model.js";

const SEEDS = Number(process.env.STORM_SEEDS ?? 200);
const FIRST = Number(process.env.STORM_FIRST ?? 1);
const STEPS = 400;

/** mulberry32: the same numbers for the same seed. */
function chanceOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A client in a storm: what it published, and how its connection stands. */
class Sailor {
  readonly machine = new Machine({ heartbeatInterval: 0, reconnectDelay: 10, reconnectFromStart: true, requestTimeout: 1_000_000 });
  readonly line: Line;
  readonly published = new Map<number, { echo: boolean; n: string }>();
  #heard = 0;
  #up = false;

  constructor(
    readonly user: string,
    readonly server: ModelServer,
  ) {
    this.line = new Line(this.machine, user);
    this.machine.do((session) => session.connect(0));
  }

  publish(echo: boolean): void {
    const n = `${this.user} ${this.published.size}`;
    const options = { echo, messageId: n };
    const ticket = this.machine.do(() => this.machine.talk.publish(this.machine.now, { room: "r" }, "chat", { n }, options));
    this.published.set(ticket, { echo, n });
    this.#send();
  }

  cut(): void {
    if (!this.#up) return;
    this.#up = false;
    this.server.lost(this.line);
    this.machine.lose();
    this.#heard = this.machine.said.length;
  }

  /** One message reaches the server, or us, or a little time passes. */
  step(chance: number): void {
    const { machine, line, server } = this;
    if (!this.#up) {
      machine.pass(5);
      if (machine.session.state !== "connecting") return;
      this.#up = true;
      server.connected(line);
      machine.do((session) => session.opened());
    } else if (chance < 0.5 && line.toServer.length > 0) server.take(line, line.toServer.shift());
    else if (line.toClient.length > 0) machine.hear(line.toClient.shift()!);
    this.#send();
  }

  #send(): void {
    this.line.toServer.push(...this.machine.said.slice(this.#heard));
    this.#heard = this.machine.said.length;
  }

  get quiet(): boolean {
    return this.machine.session.state === "open" && this.line.toServer.length === 0 && this.line.toClient.length === 0;
  }
}

function storm(seed: number): void {
  const chance = chanceOf(seed);
  const server = new ModelServer(chance);
  const sailors = ["ann", "bob"].map((user) => new Sailor(user, server));
  for (const { machine } of sailors) machine.do(() => machine.talk.join(0, "r"));
  for (let i = 0; i < STEPS; i++) {
    const sailor = sailors[Math.floor(chance() * 2)]!;
    const what = chance();
    if (what < 0.1) sailor.publish(chance() < 0.6);
    else if (what < 0.13) sailor.cut();
    else if (what < 0.14) {
      server.forget();
      sailors.forEach((one) => one.cut());
    } else sailor.step(chance());
  }
  for (let i = 0; !sailors.every(({ quiet }) => quiet); i++) {
    assert.ok(i < 100_000, "it becomes quiet");
    sailors[i % 2]!.step(chance());
  }
  for (const sailor of sailors) inOrder(sailor, server);
}

/** Everything was published once, and heard once and in order, but for what was to be without echo. */
function inOrder({ user, machine, published }: Sailor, server: ModelServer): void {
  assert.deepEqual([...machine.refused.values()], []);
  assert.deepEqual(machine.of("gap"), []);
  const own = server.log.flatMap(({ from, messageId }) => (from === user ? [messageId] : []));
  assert.deepEqual(own, [...published.values()].map(({ n }) => n), "published in order, once");
  const silent = new Set([...published.values()].filter(({ echo }) => !echo).map(({ n }) => n));
  for (const [ticket, { n }] of published) assert.equal(server.log[machine.settled.get(ticket).seq - 1]?.messageId, n);
  const joined = machine.of("room_joined")[0].seq;
  const due = server.log.flatMap(({ messageId }, i) => (i < joined || silent.has(messageId) ? [] : [i + 1]));
  assert.deepEqual(machine.seqs, due, "heard in order, once");
}

test(`in ${SEEDS} storms of cuts and restarts nothing is lost, repeated or out of order`, () => {
  for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
    try {
      storm(seed);
    } catch (error) {
      throw new Error(`STORM_FIRST=${seed} STORM_SEEDS=1: ${(error as Error).message}`, { cause: error });
    }
  }
});
