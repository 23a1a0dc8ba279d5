import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { WebSocket } from "ws";
import { Client } from "#client/index.js";
import { ConnectionStore, PresenceStore, RoomStore, TypingStore, type RoomView, type Store } from "#client/store.js";
import { obliging, Server } from "./server.js";

interface Chat {
  chat: { n: number };
  typing: { on: boolean };
}

let server: Server;
let client: Client<Chat>;
let epoch = "e";
let log: { seq: number }[];

const entry = (seq: number) => ({ type: "chat", room: "general", seq, from: "bob", timestamp: seq, data: { n: seq } });

/** A server whose room has ten messages. */
beforeEach(async () => {
  server = obliging(await Server.start());
  epoch = "e";
  log = Array.from({ length: 10 }, (_, i) => entry(i + 1));
  server.on.join_room = ({ room, id, recent = 0 }, socket) => {
    server.send({ type: "room_joined", room, re: id, epoch, seq: log.length, members: ["ann"], count: 1, recovered: true }, socket);
    if (recent > 0) for (const each of log.slice(-recent)) server.send(each, socket);
  };
  server.on.history = ({ id, room, before = Infinity, limit }, socket) => {
    const older = log.filter(({ seq }) => seq < before);
    server.send({ type: "history", re: id, room, epoch, seq: log.length, messages: older.slice(-limit), more: older.length > limit }, socket);
  };
  client = new Client<Chat>(server.url, { WebSocket, reconnectBackoff: "fixed", reconnectDelay: 5 });
  await client.connect();
});

afterEach(async () => {
  await client.close();
  await server.stop();
});

/** Resolves once a store shows this. Looks on until the client is closed. */
function showing<S>(store: Store<S>, what: (view: S) => boolean): Promise<S> {
  return new Promise((resolve) => {
    const look = () => what(store.getSnapshot()) && resolve(store.getSnapshot());
    store.subscribe(look);
    look();
  });
}

const seqs = ({ entries }: RoomView<Chat>) => entries.map(({ seq }) => seq);

test("a room's past comes first, then what follows; a snapshot stays the same until something changes", async () => {
  const store = new RoomStore(client, "general", { recent: 3 });
  assert.equal(store.getSnapshot().state, "left");
  assert.deepEqual(seqs(await showing(store, ({ entries }) => entries.length === 3)), [8, 9, 10]);
  assert.equal(store.getSnapshot(), store.getSnapshot());
  server.entry("general", 11, { n: 11 });
  const view = await showing(store, ({ entries }) => entries.length === 4);
  assert.deepEqual([seqs(view), view.state, view.more, view.gap], [[8, 9, 10, 11], "joined", true, undefined]);
});

test("older messages are loaded once, however often they are asked for, until there are no more", async () => {
  const store = new RoomStore(client, "general", { recent: 2 });
  await showing(store, ({ entries }) => entries.length === 2);
  const loading = [store.loadOlder(5), store.loadOlder(5)];
  assert.equal(store.getSnapshot().loading, true);
  await Promise.all(loading);
  assert.deepEqual([seqs(store.getSnapshot()), store.getSnapshot().more], [[4, 5, 6, 7, 8, 9, 10], true]);
  await store.loadOlder(5);
  assert.deepEqual([seqs(store.getSnapshot()), store.getSnapshot().more], [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], false]);
  await store.loadOlder(5);
  assert.equal(server.said.filter(({ type }) => type === "history").length, 2);
});

test("a refusal of older messages is shown, and asking again helps", async () => {
  const store = new RoomStore(client, "general", { recent: 2 });
  await showing(store, ({ entries }) => entries.length === 2);
  const answer = server.on.history!;
  server.on.history = ({ id }, socket) =>
    server.send({ type: "error", re: id, code: "rate_limited", message: "too fast", retryable: true }, socket);
  await store.loadOlder();
  assert.deepEqual([store.getSnapshot().error?.code, store.getSnapshot().loading], ["rate_limited", false]);
  server.on.history = answer;
  await store.loadOlder();
  assert.deepEqual([store.getSnapshot().error, seqs(store.getSnapshot()).length], [undefined, 10]);
});

test("no more than `keep` are kept, besides those that were loaded", async () => {
  const store = new RoomStore(client, "general", { recent: 3, keep: 4 });
  await showing(store, ({ entries }) => entries.length === 3);
  await store.loadOlder(2);
  for (let seq = 11; seq <= 15; seq++) server.entry("general", seq);
  const view = await showing(store, ({ entries }) => entries.at(-1)?.seq === 15);
  assert.deepEqual([seqs(view), view.more], [[10, 11, 12, 13, 14, 15], true]);
});

test("what the server has lost is a gap between messages, and the past of another epoch can't be loaded", async () => {
  const store = new RoomStore(client, "general", { recent: 2 });
  await showing(store, ({ entries }) => entries.length === 2);
  epoch = "f";
  log = [entry(1), entry(2)];
  server.on.resume = ({ id }, socket) => server.send({ type: "error", re: id, code: "session_expired", message: "", retryable: false }, socket);
  server.on.join_room = ({ id, room }, socket) => {
    server.send({ type: "room_joined", room, re: id, epoch, seq: 1, members: ["ann"], count: 1, recovered: false }, socket);
    server.send(entry(2), socket);
  };
  server.last.terminate();
  const view = await showing(store, ({ entries }) => entries.length === 3);
  assert.deepEqual([seqs(view), view.gap, view.more], [[9, 10, 2], 2, false]);
});

test("a room is in use as long as anybody looks", async () => {
  const store = new RoomStore(client, "general");
  const ends = [store.subscribe(() => {}), store.subscribe(() => {})];
  await client.room("general").joined();
  ends[0]!();
  ends[0]!();
  await client.userStatus([]);
  assert.equal(client.room("general").state, "joined");
  ends[1]!();
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(client.room("general").state, "left");
});

test("who is there", async () => {
  const store = new PresenceStore(client, "general");
  assert.deepEqual((await showing(store, ({ count }) => count === 1)).members, ["ann"]);
  server.send({ type: "user_joined", room: "general", user: "bob", count: 2 });
  assert.deepEqual((await showing(store, ({ count }) => count === 2)).members, ["ann", "bob"]);
});

test("who types is shown until they stop, say something, leave, or fall silent", async () => {
  const store = new TypingStore(client, "general", { lasts: 50 });
  const typing = (from: string, on: boolean) =>
    server.send({ type: "typing", room: "general", from, timestamp: 1, fleeting: true, data: { on } });
  store.subscribe(() => {});
  await client.room("general").joined();
  for (const [user, stop] of [
    ["bob", () => typing("bob", false)],
    ["cid", () => server.send({ ...entry(11), from: "cid" })],
    ["dan", () => server.send({ type: "user_left", room: "general", user: "dan", count: 1 })],
    ["eve", () => {}],
  ] as const) {
    typing(user, true);
    await showing(store, ({ typing: now }) => now.includes(user));
    stop();
    assert.deepEqual((await showing(store, ({ typing: now }) => now.length === 0)).typing, []);
  }
});

test("keystrokes are told now and then, and the end once", async () => {
  const store = new TypingStore(client, "general");
  await client.room("general").join();
  store.setTyping(false);
  for (let i = 0; i < 10; i++) store.setTyping(true);
  store.setTyping(false);
  store.setTyping(false);
  await client.room("general").history();
  const told = server.said.filter(({ type }) => type === "typing").map(({ data }) => data.on);
  assert.deepEqual(told, [true, false]);
});

test("the connection is shown, and why it waits", async () => {
  const store = new ConnectionStore(client);
  assert.deepEqual([store.getSnapshot().state, (await showing(store, ({ state }) => state === "open")).user], ["idle", "ann"]);
  server.last.close(1012, "restarting");
  const waiting = await showing(store, ({ state }) => state === "waiting");
  assert.deepEqual([waiting.reason, waiting.delay], ["restarting", 5]);
  await showing(store, ({ state }) => state === "open");
});
