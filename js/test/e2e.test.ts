import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { WebSocket } from "ws";
import { cbor } from "#client/cbor.js";
import { Client, SwitchboardError, type Events, type Options, type Protocol } from "#client/index.js";

/** The chat application's messages, as far as they are needed here. */
interface Chat {
  message: { content: string };
  typing: { on: boolean };
}

const url = process.env.SWITCHBOARD_URL;
const skip = url ? false : "SWITCHBOARD_URL is not set (expected: ws://HOST:PORT/ws of a running server)";
if (skip) console.error(`\n*** NOT RUN: test/e2e.test.ts: ${skip}\n`);

const clients: { close(): void }[] = [];
after(() => clients.forEach((client) => client.close()));

/** A user of that name, new in every run; `cut` breaks the connection without a close frame. */
async function arrive(name: string, options: Options = {}): Promise<{ client: Client<Chat>; user: string; cut(): void }> {
  let socket: WebSocket | undefined;
  class Cuttable extends WebSocket {
    constructor(...args: ConstructorParameters<typeof WebSocket>) {
      super(...args);
      socket = this;
    }
  }
  const user = `${name}-${randomUUID().slice(0, 8)}`;
  const address = `${url}?user=${encodeURIComponent(user)}`;
  const client = new Client<Chat>(address, {
    WebSocket: Cuttable,
    reconnectBackoff: "fixed",
    reconnectDelay: 200,
    ...options,
  });
  clients.push(client);
  await client.connect();
  return { client, user, cut: () => socket!.terminate() };
}

function next<Name extends keyof Events<Chat>>(client: Client<Chat>, name: Name): Promise<Events<Chat>[Name]> {
  return new Promise((resolve) => client.once(name, resolve));
}

/** Collects what is said, until `count` are there. */
function collect(client: Client<Chat>, count: number): Promise<string[]> {
  const heard: string[] = [];
  return new Promise((resolve) => {
    client.onType("message", ({ content }) => {
      heard.push(content);
      if (heard.length === count) resolve(heard);
    });
  });
}

const room = () => `room-${randomUUID()}`;

test("what one says in a room the other hears, and history keeps it", { skip }, async () => {
  const [ann, bob] = [await arrive("ann"), await arrive("bob")];
  assert.equal(ann.client.user, ann.user);
  const general = room();
  const here = await ann.client.join(general);
  const came = next(ann.client, "user_joined");
  await bob.client.join(general);
  assert.deepEqual(await came, { room: general, user: bob.user, count: 2 });
  const heard = next(bob.client, "message");
  const { seq } = await here.publish("message", { content: "hi" });
  const entry = await heard;
  assert.deepEqual([entry.room, entry.seq, entry.from, entry.data], [general, seq, ann.user, { content: "hi" }]);
  const page = await here.history();
  assert.deepEqual(page.messages.map(({ messageId }) => messageId), [entry.messageId]);
  assert.deepEqual(await here.userList(), { members: [ann.user, bob.user].sort(), count: 2 });
});

test("recent entries come with a join; a place brings what came after it", { skip }, async () => {
  const [ann, bob] = [await arrive("ann"), await arrive("bob")];
  const general = room();
  const here = await ann.client.join(general);
  for (const content of ["1", "2", "3"]) await here.publish("message", { content });
  const recent = collect(bob.client, 2);
  await bob.client.join(general, { recent: 2 });
  assert.deepEqual(await recent, ["2", "3"]);
  const { epoch } = await here.history();
  const carl = await arrive("carl");
  const since = collect(carl.client, 2);
  await carl.client.join(general, { since: { epoch, seq: 1 } });
  assert.deepEqual(await since, ["2", "3"]);
});

test("connections cut again and again lose and repeat nothing", { skip }, async () => {
  const [ann, bob] = [await arrive("ann"), await arrive("bob")];
  const general = room();
  await ann.client.join(general);
  await bob.client.join(general);
  const all = Array.from({ length: 60 }, (_, n) => String(n));
  const heard = [collect(ann.client, all.length), collect(bob.client, all.length)];
  const gaps: unknown[] = [];
  bob.client.on("gap", (gap) => gaps.push(gap));
  const acks: Promise<{ seq: number }>[] = [];
  for (const content of all) {
    const ack = ann.client.publish(general, "message", { content });
    acks.push(ack);
    if (acks.length % 20 === 7) ann.cut();
    if (acks.length % 20 === 13) bob.cut();
    if (acks.length % 20 === 0) await ack;
  }
  const seqs = (await Promise.all(acks)).map(({ seq }) => seq);
  assert.deepEqual(seqs, all.map((_, n) => n + 1));
  for (const one of await Promise.all(heard)) assert.deepEqual(one, all);
  assert.deepEqual(gaps, []);
});

test("the session goes on after a cut and after a reconnect by hand", { skip }, async () => {
  const { client, cut } = await arrive("ann");
  const { session } = client;
  cut();
  assert.deepEqual(await next(client, "open"), { session, user: client.user, resumed: true });
  const open = next(client, "open");
  await client.reconnect();
  assert.equal((await open).resumed, true);
});

test("without echo the own entry does not come, nor after a cut", { skip }, async () => {
  const { client, cut } = await arrive("ann");
  const general = room();
  const here = await client.join(general);
  const heard = collect(client, 1);
  await here.publish("message", { content: "silent" }, { echo: false });
  cut();
  await next(client, "reconnect_success");
  await here.publish("message", { content: "loud" });
  assert.deepEqual(await heard, ["loud"]);
});

test("a direct message reaches the inbox, also of one whose connection was cut", { skip }, async () => {
  const [ann, bob] = [await arrive("ann"), await arrive("bob")];
  const heard = next(bob.client, "message");
  bob.cut();
  await ann.client.publish({ user: bob.user }, "message", { content: "psst" });
  const { user, from, data } = await heard;
  assert.deepEqual([user, from, data], [bob.user, ann.user, { content: "psst" }]);
});

test("typing is heard by the others and kept by nobody; leaving is told", { skip }, async () => {
  const [ann, bob] = [await arrive("ann"), await arrive("bob")];
  const general = room();
  await ann.client.join(general);
  const there = await bob.client.join(general);
  const heard = next(ann.client, "message");
  assert.equal(there.fleeting("typing", { on: true }), true);
  assert.equal((await heard).fleeting, true);
  assert.equal((await there.history()).messages.length, 0);
  const went = next(ann.client, "user_left");
  await there.leave();
  assert.deepEqual(await went, { room: general, user: bob.user, count: 1 });
});

test("refusals have the codes of the specification", { skip }, async () => {
  const { client } = await arrive("ann");
  const code = (refused: Promise<unknown>) => refused.then(() => "taken", (error: SwitchboardError) => error.code);
  const general = room();
  assert.equal(await code(client.publish(general, "message", { content: "hi" })), "not_a_member");
  assert.equal(await code(client.leave(general)), "taken", "whoever is not in a room has left it");
  assert.equal(await code(client.history({ room: general })), "not_a_member");
  await client.join(general);
  assert.equal(await code(client.publish(general, "nonsense" as never, {} as never)), "unknown_type");
  assert.equal(await code(client.publish(general, "message", {} as never)), "invalid");
  assert.equal(client.state, "open");
});

test("one who speaks CBOR and one who speaks JSON read each other", { skip }, async () => {
  let used = "";
  class Seen extends WebSocket {
    constructor(...args: ConstructorParameters<typeof WebSocket>) {
      super(...args);
      this.on("message", (data, binary) => (used = binary ? "binary" : `text ${String(data)}`));
    }
  }
  const ann = new Client<Chat>(`${url}?user=ann-${randomUUID().slice(0, 8)}`, { WebSocket: Seen, encoding: cbor });
  clients.push(ann);
  await ann.connect();
  const bob = await arrive("bob");
  const general = room();
  const [annHere, bobHere] = [await ann.join(general), await bob.client.join(general)];
  const [annHears, bobHears] = [collect(ann, 2), collect(bob.client, 2)];
  await annHere.publish("message", { content: "水 0.5 😀" });
  await bobHere.publish("message", { content: "line\nline" });
  assert.deepEqual([await annHears, await bobHears], [["水 0.5 😀", "line\nline"], ["水 0.5 😀", "line\nline"]]);
  assert.equal(used, "binary");
});

test("a page built from other types is told so, on each connection, and goes on", { skip }, async () => {
  const types = { message: { kind: "message" }, typing: { kind: "fleeting" } } as const;
  const old: Protocol<Chat, typeof types> = { name: "Chat", hash: "beef", types };
  const ann = new Client(`${url}?user=ann-${randomUUID().slice(0, 8)}`, old, { WebSocket });
  clients.push(ann);
  const told: Events<Chat>["protocol_mismatch"][] = [];
  ann.on("protocol_mismatch", (event) => void told.push(event));
  const first = new Promise((resolve) => ann.once("protocol_mismatch", resolve));
  await ann.connect();
  await first;
  const again = new Promise((resolve) => ann.once("protocol_mismatch", resolve));
  ann.reconnect();
  await again;
  await (await ann.join(room())).publish("message", { content: "hello" });
  const generated = readFileSync(new URL("../../../chat/src/main/web/src/chat.ts", import.meta.url), "utf8");
  const server = /hash: "(\w+)"/.exec(generated)![1]!;
  assert.deepEqual(told, [{ server, client: "beef" }, { server, client: "beef" }]);

  const same = new Client(`${url}?user=bob-${randomUUID().slice(0, 8)}`, { ...old, hash: server }, { WebSocket });
  clients.push(same);
  same.on("protocol_mismatch", () => assert.fail("its types are the same"));
  await same.connect();
  await same.join(room());
});
