import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { setTimeout as after } from "node:timers/promises";
import { WebSocket } from "ws";
import { Client, type Options, type Room, type RoomState } from "#client/index.js";
import { Machine } from "./machine.js";
import { obliging, Server } from "./server.js";

interface Chat {
  chat: { n: number };
  typing: { on: boolean };
}

let server: Server;
let log: object[];
const clients: Client<Chat>[] = [];

/** A server with a log of one room, which serves `recent` and `history`. */
beforeEach(async () => {
  server = obliging(await Server.start());
  log = [1, 2, 3, 4, 5].map((n) => ({ type: "chat", room: "general", seq: n, from: "bob", timestamp: n, data: { n } }));
  server.on.join_room = ({ room, id, recent = 0 }, socket) => {
    const answer = { type: "room_joined", room, re: id, epoch: "e", seq: log.length, members: ["ann"], count: 1, recovered: true };
    server.send(answer, socket);
    if (recent > 0) for (const entry of log.slice(-recent)) server.send(entry, socket);
  };
  server.on.history = ({ id, room, limit }, socket) =>
    server.send({ type: "history", re: id, room, epoch: "e", seq: log.length, messages: log.slice(-limit), more: false }, socket);
});

afterEach(async () => {
  for (const client of clients.splice(0)) void client.close();
  await server.stop();
});

async function connected(options: Options = {}): Promise<Client<Chat>> {
  const ann = new Client<Chat>(server.url, { WebSocket, reconnectBackoff: "fixed", reconnectDelay: 5, ...options });
  clients.push(ann);
  await ann.connect();
  return ann;
}

/** Somebody says something in the room. */
function say(): void {
  const n = log.length + 1;
  log.push({ type: "chat", room: "general", seq: n, from: "bob", timestamp: n, data: { n } });
  server.send(log.at(-1)!);
}

function types(): string[] {
  return server.said.map(({ type }) => type);
}

/** What a subscription or a room hears, in order. */
function heard(from: Pick<Room<Chat>, "on">): number[] {
  const seqs: number[] = [];
  from.on("chat", (_data, { seq }) => seqs.push(seq!));
  return seqs;
}

/** Everything that the server has sent so far is there, and handled. */
async function settled(ann: Client<Chat>): Promise<void> {
  const answered = new Promise((resolve) => ann.once("heartbeat", resolve));
  ann.probe();
  await answered;
  server.said.pop();
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 1000 && !condition(); i++) await after(2);
  assert.ok(condition(), String(condition));
}

function reach(room: Pick<Room<Chat>, "state">, state: RoomState): Promise<void> {
  return until(() => room.state === state);
}

test("each subscription gets its own recent messages, then what follows, each once", async () => {
  const room = (await connected()).room("general");
  const [none, two, four] = [room.subscribe(), room.subscribe({ recent: 2 }), room.subscribe({ recent: 4 })];
  const [fromNone, fromTwo, fromFour] = [heard(none), heard(two), heard(four)];
  await two.joined();
  const late = room.subscribe({ recent: 3 });
  const fromLate = heard(late);
  await until(() => fromLate.length === 3 && fromFour.length === 4);
  say();
  await until(() => fromNone.length === 1 && fromLate.length === 4);
  assert.deepEqual([fromNone, fromTwo, fromFour, fromLate], [[6], [4, 5, 6], [2, 3, 4, 5, 6], [3, 4, 5, 6]]);
  assert.deepEqual(types(), ["join_room", "history", "history", "history"].slice(0, types().length));
});

test("what is said while a late subscription reads the past comes after it, once", async () => {
  const ann = await connected();
  const room = ann.room("general");
  await room.subscribe().joined();
  const history = server.on.history!;
  server.on.history = (message, socket, at) => {
    say();
    history(message, socket, at);
    say();
  };
  const seqs = heard(room.subscribe({ recent: 2 }));
  await until(() => seqs.length === 3);
  assert.deepEqual(seqs, [5, 6, 7]);
});

test("the past waits for the first listener, however late it comes", async () => {
  const ann = await connected();
  const room = await ann.join("general", { recent: 3 });
  await settled(ann);
  say();
  await settled(ann);
  const seqs = heard(room);
  await until(() => seqs.length === 4);
  assert.deepEqual(seqs, [3, 4, 5, 6]);
  const subscription = room.subscribe({ recent: 2 });
  await settled(ann);
  const again = heard(subscription);
  await until(() => again.length === 2);
  assert.deepEqual([again, seqs], [[5, 6], [3, 4, 5, 6]]);
});

test("a second join with recent brings them, if nobody has listened so far", async () => {
  const ann = await connected();
  await ann.join("general");
  await settled(ann);
  const room = await ann.join("general", { recent: 2 });
  const seqs = heard(room);
  await until(() => seqs.length === 2);
  say();
  await until(() => seqs.length === 3);
  assert.deepEqual(seqs, [4, 5, 6]);
});

test("the client stays until the last subscription is released; a leave does not take the room from them", async () => {
  const ann = await connected();
  const room = await ann.join("general");
  const [first, second] = [room.subscribe(), room.subscribe()];
  const [one, two] = [heard(first), heard(second)];
  await room.leave();
  first.release();
  assert.equal(first.state, "left");
  say();
  await until(() => two.length === 1);
  assert.deepEqual([one, two, room.state], [[], [6], "joined"]);
  second.release();
  second.release();
  await until(() => types().includes("leave_room"));
  assert.equal(room.state, "left");
  assert.deepEqual(types(), ["join_room", "leave_room"]);
});

test("a signal releases a subscription", async () => {
  const stop = new AbortController();
  const room = (await connected()).room("general");
  const subscription = room.subscribe({ signal: stop.signal });
  await subscription.joined();
  stop.abort();
  await until(() => types().includes("leave_room"));
  assert.equal(room.subscribe({ signal: stop.signal }).state, "left");
});

test("an effect that runs twice joins once and leaves never", async () => {
  const room = (await connected()).room("general");
  room.subscribe({ recent: 2 }).release();
  const subscription = room.subscribe({ recent: 2 });
  const seqs = heard(subscription);
  await until(() => seqs.length === 2);
  assert.deepEqual(types(), ["join_room"]);
});

test("a subscription while the room is being left joins it again", async () => {
  const ann = await connected();
  const room = ann.room("general");
  const first = room.subscribe();
  await first.joined();
  first.release();
  await Promise.resolve();
  const seqs = heard(room.subscribe({ recent: 1 }));
  await until(() => seqs.length === 1);
  assert.equal(room.state, "joined");
  assert.deepEqual(types().slice(0, 3), ["join_room", "leave_room", "join_room"]);
});

test("a room object goes on after leave and join", async () => {
  const ann = await connected();
  const room = await ann.join("general");
  await room.leave();
  assert.equal(await ann.join("general"), room);
  const seqs = heard(room);
  say();
  await until(() => seqs.length === 1);
});

test("a join that is refused for now is tried again; what is published meanwhile waits", async () => {
  const join = server.on.join_room!;
  let refusals = 2;
  server.on.join_room = (message, socket, at) => {
    if (refusals-- <= 0) return join(message, socket, at);
    server.send({ type: "error", re: message.id, code: "unavailable", message: "later", retryable: true }, socket);
  };
  const ann = await connected();
  ann.on("error", () => {});
  const states: RoomState[] = [];
  ann.room("general").onState((state) => states.push(state));
  const joined = ann.join("general");
  const published = ann.publish("general", "chat", { n: 1 });
  assert.equal((await joined).state, "joined");
  await published;
  assert.deepEqual(types(), ["join_room", "join_room", "join_room", "chat"]);
  assert.deepEqual(states, ["joining", "joined"]);
});

test("a room that is refused for good says why, and the next subscription asks again", async () => {
  const join = server.on.join_room!;
  server.on.join_room = ({ id }, socket) =>
    server.send({ type: "error", re: id, code: "forbidden", message: "no", retryable: false }, socket);
  const ann = await connected();
  const errors: unknown[] = [];
  ann.on("error", (error) => errors.push(error));
  ann.on("room_left", ({ room, error }) => errors.push([room, error?.code]));
  const room = ann.room("general");
  const subscription = room.subscribe({ recent: 2 });
  const seqs = heard(subscription);
  await assert.rejects(subscription.joined(), { code: "forbidden" });
  assert.deepEqual([subscription.state, room.error?.code, errors], ["refused", "forbidden", [["general", "forbidden"]]]);
  await assert.rejects(ann.join("general"), { code: "forbidden" });
  server.on.join_room = join;
  await room.subscribe().joined();
  await until(() => seqs.length === 2);
});

test("a refusal that nobody waits for is on the console", async (t) => {
  const said = t.mock.method(console, "error", () => {});
  server.on.join_room = ({ id }, socket) =>
    server.send({ type: "error", re: id, code: "forbidden", message: "no", retryable: false }, socket);
  const room = (await connected()).room("general");
  room.subscribe();
  await until(() => room.state === "refused");
  assert.deepEqual(said.mock.calls.map(({ arguments: [error] }) => error.code), ["forbidden"]);
});

test("who is removed from a room is not there, and does not come back by itself", async () => {
  const ann = await connected();
  ann.on("room_left", () => {});
  const room = await ann.join("general");
  server.send({ type: "room_left", room: "general", code: "forbidden", message: "removed" });
  await reach(room, "refused");
  assert.equal(room.error?.message, "removed");
  assert.deepEqual(types(), ["join_room"]);
});

test("a join can be given up, and is then taken back", async () => {
  server.on.join_room = () => {};
  const ann = await connected();
  await assert.rejects(ann.join("general", { timeout: 10 }), { code: "timeout" });
  await until(() => types().includes("leave_room"));
  assert.equal(ann.room("general").state, "left");
  await assert.rejects(ann.join("general", { signal: AbortSignal.abort(new Error("enough")) }), { message: "enough" });
});

test("subscriptions outlast the client's close and a lost session; a join does not outlast a close", async () => {
  const ann = await connected();
  const [room, other] = [ann.room("general"), await ann.join("other")];
  const seqs = heard(room.subscribe());
  await reach(room, "joined");
  await ann.close();
  assert.deepEqual([room.state, other.state], ["left", "left"]);
  await ann.connect();
  await reach(room, "joined");
  server.on.resume = ({ id }, socket) =>
    server.send({ type: "welcome", re: id, session: "s2", secret: "k2", user: "ann", limits: { message: 65536 }, logs: [] }, socket);
  server.last.terminate();
  const joins = () => server.said.filter(({ type, room: name }) => type === "join_room" && name === "general").length;
  await until(() => joins() === 3);
  await reach(room, "joined");
  assert.equal(other.state, "left");
  say();
  await until(() => seqs.length === 1);
});

test("a subscription before the connection is there joins with it", async () => {
  const ann = new Client<Chat>(server.url, { WebSocket });
  clients.push(ann);
  const seqs = heard(ann.room("general").subscribe({ recent: 1 }));
  const published = ann.publish("general", "chat", { n: 0 });
  await ann.connect();
  await published;
  await until(() => seqs.length === 1);
  assert.deepEqual(types(), ["join_room", "chat"]);
});

test("no timer comes between what arrives and who listens, because hidden tabs have slow ones", async (t) => {
  const ann = await connected();
  t.mock.timers.enable({ apis: ["setTimeout"] });
  for (let i = 0; i < 20; i++) await ann.join(`room-${i}`, { recent: 5 });
  assert.equal(types().length, 20);
});

test("a wish is forgotten by its leave, also when the answer to its join is still to come", () => {
  const machine = Machine.open();
  machine.do(() => machine.talk.want("r", 5));
  machine.do(() => machine.talk.want("r", 5));
  assert.deepEqual(machine.said, [{ type: "join_room", room: "r", recent: 5, id: 1 }]);
  machine.do(() => machine.talk.unwant("r"));
  machine.hear({ type: "room_joined", room: "r", re: 1, epoch: "e", seq: 3, members: [], count: 1, recovered: true });
  machine.entry("r", 3);
  machine.hear({ type: "room_left", room: "r", re: 2 });
  assert.deepEqual(machine.said.slice(1), [{ type: "leave_room", room: "r", id: 2 }]);
  assert.deepEqual(machine.reports.filter(([name]) => name !== "open"), []);
  machine.do(() => machine.talk.unwant("r"));
  assert.equal(machine.said.length, 2);
});

test("a wish goes from connection to connection until it comes true", () => {
  const machine = Machine.open({ reconnectDelay: 1 });
  machine.do(() => machine.talk.want("r", 5));
  machine.lose();
  machine.pass(1);
  machine.said.length = 0;
  machine.resume();
  assert.deepEqual(machine.said.at(-1), { type: "join_room", room: "r", recent: 5, id: 2 });
  machine.hear({ type: "error", re: 2, code: "rate_limited", message: "", retryable: true, details: { retryAfter: 3000 } });
  machine.pass(3999);
  assert.equal(machine.said.length, 2);
  machine.pass(1);
  assert.deepEqual(machine.said.at(-1), { type: "join_room", room: "r", recent: 5, id: 3 });
});

test("members are known after a reconnect, whoever came and went meanwhile, and each change is told", async () => {
  const ann = await connected();
  ann.on("error", () => {});
  const told: [string, unknown][] = [];
  for (const name of ["user_joined", "user_left"] as const) ann.on(name, ({ user, count }) => told.push([name, [user, count]]));
  ann.on("members", ({ members }) => told.push(["members", members]));
  const room = await ann.join("general");
  assert.deepEqual([room.members, room.count], [["ann"], 1]);
  server.send({ type: "user_joined", room: "general", user: "bob", count: 2 });
  await settled(ann);
  server.on.user_list = ({ id }, socket) =>
    server.send({ type: "user_list", re: id, room: "general", members: ["ann", "carl"], count: 2 }, socket);
  server.last.terminate();
  await until(() => room.members.includes("carl"));
  assert.deepEqual([room.members, room.count], [["ann", "carl"], 2]);
  assert.deepEqual(told, [
    ["members", ["ann"]],
    ["user_joined", ["bob", 2]], ["members", ["ann", "bob"]],
    ["user_left", ["bob", 2]], ["user_joined", ["carl", 2]], ["members", ["ann", "carl"]],
  ]);
});
