import assert from "node:assert/strict";
import { beforeEach, afterEach, test } from "node:test";
import { WebSocket } from "ws";
import { encrypted, EncryptionKey, KeyRing, MessageEncryption, type Binding } from "#client/encryption.js";
import { Client, SwitchboardError, type EncryptedLogs, type Encryption, type Events, type MessageCipher } from "#client/index.js";
import { Server } from "./server.js";

interface Chat {
  chat: { text: string };
  shout: { text: string };
  typing: { on: boolean };
}

const key = async (seed: number) => EncryptionKey.of(Uint8Array.from({ length: 32 }, (_, i) => i + seed));
const encryption = async (id = "k1", seed = 1) => new MessageEncryption(new KeyRing(id, await key(seed)));

let server: Server;
let anns: MessageEncryption;
const clients: Client<Chat>[] = [];
beforeEach(async () => {
  server = await Server.start();
  anns = await encryption();
  server.on.join_room = ({ id, room }) =>
    server.send({ type: "room_joined", room, re: id, epoch: "e", seq: 0, members: ["ann"], count: 1, recovered: true });
  server.on.leave_room = ({ id, room }) => server.send({ type: "room_left", room, re: id });
  let seq = 0;
  for (const type of ["chat", "shout"]) server.on[type] = ({ id }) => server.send({ type: "ack", re: id, seq: ++seq });
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await server.stop();
});

function build(more: Partial<Encryption> = {}): Client<Chat> {
  const options = { WebSocket, reconnectBackoff: "fixed", reconnectDelay: 10 } as const;
  const cipher = more.cipher ?? anns;
  const client = new Client<Chat>(server.url, { ...options, encryption: encrypted({ cipher, where: ["vault", "other"], ...more }) });
  clients.push(client);
  return client;
}

async function arrive(more: Partial<Encryption> = {}): Promise<Client<Chat>> {
  const client = build(more);
  await client.connect();
  await client.join("vault");
  return client;
}

/** What listeners and `decryption_failed` are told, in order. */
function hear(client: Client<Chat>): string[] {
  const heard: string[] = [];
  client.on("message", ({ type, data }) => void heard.push(`${type} ${JSON.stringify(data)}`));
  client.on("decryption_failed", ({ reason, messageId, room }) => void heard.push(`${reason} ${messageId} ${room}`));
  client.on("user_joined", ({ user }) => void heard.push(`joined ${user}`));
  return heard;
}

async function until(holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 5_000; !holds(); ) {
    assert.ok(Date.now() < end, "in vain for 5 s");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

const said = (type: string) => server.said.filter((message) => message.type === type);
const vault = (id: string, more: Partial<Binding> = {}) =>
  ({ room: "vault", from: "ann", type: "chat", messageId: id, ...more }) as Binding;
const sealed = (text: string, id: string) => anns.encrypt(JSON.stringify({ text }), vault(id));
const relay = (seq: number, data: unknown, more: object = {}) =>
  server.send({ type: "chat", room: "vault", seq, from: "ann", timestamp: 1, messageId: "m1", data, ...more });

test("what is published is encrypted, and bound to where it goes", async () => {
  const client = await arrive();
  const { seq } = await client.publish("vault", "chat", { text: "at midnight" });
  assert.equal(seq, 1);
  const [{ data, room, type, messageId }] = said("chat");
  const bobs = await encryption();
  assert.equal(await bobs.decryptText(data, { room, type, messageId, from: "ann" }), '{"text":"at midnight"}');
  assert.ok(!JSON.stringify(server.said).includes("midnight"));
  await client.publish("lobby", "chat", { text: "open" });
  assert.deepEqual(said("chat")[1].data, { text: "open" });
});

test("messages of a log stay in order while they are encrypted, and a leave comes after them", async () => {
  const slow: MessageCipher = {
    encrypt: async (text, message) => {
      await new Promise((resolve) => setTimeout(resolve, text.includes("1") ? 30 : 1));
      return anns.encrypt(text, message);
    },
    decryptText: (text, message) => anns.decryptText(text, message),
  };
  const client = await arrive({ cipher: slow });
  const all = ["1", "2", "3"].map((text) => client.publish("vault", "chat", { text }, { messageId: `m${text}` }));
  const elsewhere = client.publish("lobby", "chat", { text: "at once" }, { messageId: "plain" });
  const left = client.leave("vault");
  await Promise.all([...all, elsewhere, left]);
  const order = server.said.map(({ type, messageId }) => messageId ?? type);
  assert.deepEqual(order, ["join_room", "plain", "m1", "m2", "m3", "leave_room"]);
});

test("what is published before the first connection waits for the sender's name", async () => {
  const client = build();
  const published = client.publish({ room: "vault" }, "chat", { text: "early" });
  await client.connect();
  await published;
  const [{ data, messageId }] = said("chat");
  assert.equal(await anns.decryptText(data, vault(messageId)), '{"text":"early"}');
});

test("a message that was not acknowledged is sent again as it was", async () => {
  const client = await arrive();
  server.on.chat = (_, socket) => socket.terminate();
  server.on.resume = ({ id }) =>
    server.send({ type: "resumed", re: id, session: "s", user: "ann", logs: [{ room: "vault", epoch: "e", seq: 0 }] });
  const published = client.publish("vault", "chat", { text: "twice" });
  await until(() => said("chat").length === 1);
  server.on.chat = ({ id }) => server.send({ type: "ack", re: id, seq: 1 });
  await published;
  const [first, second] = said("chat");
  assert.deepEqual([second.data, second.messageId], [first.data, first.messageId]);
});

test("fleeting messages are encrypted", async () => {
  const client = await arrive();
  assert.equal(client.fleeting("vault", "typing", { on: true }), true);
  await until(() => said("typing").length === 1);
  const [{ data, messageId, fleeting }] = said("typing");
  assert.deepEqual([messageId, fleeting], [undefined, true]);
  const { messageId: _, ...any } = vault("", { type: "typing" });
  assert.equal(await (await encryption()).decryptText(data, any), '{"on":true}');
});

test("an encrypted room is not one of several, and a cipher that fails refuses the message", async () => {
  const client = await arrive({ cipher: { encrypt: () => Promise.reject(new Error("no key")), decryptText: async () => "" } });
  const refused = (code: string) => (error: unknown) => error instanceof SwitchboardError && error.code === code;
  await assert.rejects(client.publish(["vault", "lobby"], "chat", { text: "both" }), refused("bad_message"));
  await assert.rejects(client.publish("vault", "chat", { text: "none" }), refused("encryption"));
  const error = new Promise<Events<Chat>["error"]>((resolve) => client.once("error", resolve));
  client.fleeting("vault", "typing", { on: true });
  assert.equal((await error).code, "encryption");
  assert.deepEqual([said("chat"), said("typing")], [[], []]);
});

test("what a server moves, repeats, changes or leaves plain is told, and reaches no listener", async () => {
  const client = await arrive({ cipher: await encryption() });
  await client.join("other");
  const heard = hear(client);
  const jwe = await sealed("pay 5", "m1");
  const at = jwe.lastIndexOf(".") - 3;
  const flipped = jwe.slice(0, at) + (jwe[at] === "A" ? "B" : "A") + jwe.slice(at + 1);
  relay(1, jwe, { room: "other" });
  relay(1, jwe, { from: "eve" });
  relay(2, jwe, { type: "shout" });
  relay(3, jwe, { messageId: "m2" });
  relay(4, flipped);
  relay(5, jwe.slice(0, -1));
  relay(6, jwe.slice(0, jwe.lastIndexOf(".")));
  relay(7, { text: "plain" });
  relay(8, undefined);
  relay(9, await (await encryption("k9")).encrypt("{}", vault("m1")));
  relay(10, await (await encryption("k1", 2)).encrypt("{}", vault("m1")));
  relay(11, await anns.encrypt("not JSON", vault("m3")), { messageId: "m3" });
  server.send({ type: "chat", user: "ann", seq: 1, from: "ann", timestamp: 1, messageId: "m1", data: jwe });
  server.send({ type: "chat", timestamp: 1, data: jwe });
  relay(12, jwe);
  server.send({ type: "user_joined", room: "vault", user: "bob", count: 2 });
  await until(() => heard.length === 16);
  relay(13, jwe);
  relay(14, await sealed("still here", "m4"), { messageId: "m4" });
  await until(() => heard.length === 18);
  assert.deepEqual(heard, [
    "wrong_binding m1 other",
    "wrong_binding m1 vault",
    "wrong_binding m1 vault",
    "wrong_binding m2 vault",
    "not_authentic m1 vault",
    "malformed m1 vault",
    "malformed m1 vault",
    "not_encrypted m1 vault",
    "not_encrypted m1 vault",
    "unknown_key m1 vault",
    "not_authentic m1 vault",
    "malformed m3 vault",
    "unknown_key m1 undefined",
    "unknown_key undefined undefined",
    'chat {"text":"pay 5"}',
    "joined bob", // after what came before it, although that took longer
    "replayed m1 vault",
    'chat {"text":"still here"}',
  ]);
  assert.equal(client.state, "open");
});

test("a page of history has what can be read, and the rest is told", async () => {
  const client = await arrive({ cipher: await encryption() });
  const heard = hear(client);
  const entry = { type: "chat", room: "vault", from: "ann", timestamp: 1 };
  const messages = [
    { ...entry, seq: 1, messageId: "m1", data: await sealed("one", "m1") },
    { ...entry, seq: 2, messageId: "m2", data: { text: "plain" } },
    { ...entry, seq: 3, messageId: "m3", data: await sealed("three", "m3") },
    { ...entry, seq: 4, messageId: "m4", data: { text: "plain too" } },
  ];
  server.on.history = ({ id }) =>
    server.send({ type: "history", re: id, room: "vault", epoch: "e", seq: 4, messages, more: false });
  for (let i = 0; i < 2; i++) {
    const page = await client.room("vault").history();
    assert.deepEqual(page.messages.map(({ data }) => data), [{ text: "one" }, { text: "three" }]);
    assert.deepEqual([page.first, page.last], [1, 4]);
  }
  await until(() => heard.length === 4);
  const plain = ["not_encrypted m2 vault", "not_encrypted m4 vault"];
  assert.deepEqual(heard, [...plain, ...plain]);
});

test("a client without encryption hands no encrypted message on, neither live nor from history", async () => {
  const client = new Client<Chat>(server.url, { WebSocket });
  clients.push(client);
  await client.connect();
  await client.join("vault");
  const heard = hear(client);
  const entry = { type: "chat", room: "vault", from: "ann", timestamp: 1 };
  const messages = [
    { ...entry, seq: 1, messageId: "m1", data: await sealed("one", "m1") },
    { ...entry, seq: 2, messageId: "m2", data: { text: "plain" } },
  ];
  server.on.history = ({ id }) =>
    server.send({ type: "history", re: id, room: "vault", epoch: "e", seq: 2, messages, more: false });
  const page = await client.room("vault").history();
  assert.deepEqual(page.messages.map(({ data }) => data), [{ text: "plain" }]);
  messages.forEach((message) => server.send(message));
  await until(() => heard.length === 3);
  assert.deepEqual(heard, ["unknown_key m1 vault", "unknown_key m1 vault", 'chat {"text":"plain"}']);
});

test("what is no encryption is refused, and not ignored", () => {
  const wrong = { cipher: anns, where: ["vault"] } as unknown as EncryptedLogs;
  assert.throws(() => new Client(server.url, { WebSocket, encryption: wrong }), TypeError);
  assert.throws(() => encrypted({ cipher: {} as MessageCipher, where: ["vault"] }), TypeError);
});

test("keys are rotated while clients are connected", async () => {
  const [annsRing, bobsRing] = [new KeyRing("k1", await key(1)), new KeyRing("k1", await key(1))];
  const anns = await arrive({ cipher: new MessageEncryption(annsRing) });
  const bob = await arrive({ cipher: new MessageEncryption(bobsRing) });
  const heard: string[] = [];
  bob.onType("chat", ({ text }) => void heard.push(text));
  bob.on("decryption_failed", ({ reason }) => void heard.push(reason));
  server.on.chat = ({ id, room, type, data, messageId }, socket) => {
    server.send({ type: "ack", re: id, seq: id }, socket); // an id is a number here, and grows
    server.send({ type, room, seq: id, from: "ann", timestamp: 1, messageId, data }, server.connections[1]);
  };
  const say = async (text: string, count: number) => {
    await anns.publish("vault", "chat", { text });
    await until(() => heard.length === count);
  };
  await say("old", 1);
  annsRing.add("k2", await key(2)).use("k2");
  await say("too early", 2);
  bobsRing.add("k2", await key(2)).use("k2");
  await say("new", 3);
  bobsRing.remove("k1");
  annsRing.use("k1");
  await say("too late", 4);
  assert.deepEqual(heard, ["old", "unknown_key", "new", "unknown_key"]);
});
