import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { inspect } from "node:util";
import { CompactEncrypt, compactDecrypt } from "jose";
import {
  type Binding,
  DecryptionError,
  EncryptionKey,
  KeyRing,
  MessageEncryption,
  type Received,
} from "#client/encryption.js";
import type { Entry } from "#client/index.js";

interface Vectors {
  keys: Record<string, string>;
  passphrases: { passphrase: string; salt: string; rounds: number; key: string }[];
  positive: { name: string; envelope: Binding; plaintext: string; jwe: string }[];
  negative: { name: string; envelope: Binding; reason: string; jwe: string }[];
  replays: { name: string; steps: { received: Received; jwe: string; reason?: string }[] }[];
}

const script = new URL("../../scripts/encryption-vectors.mjs", import.meta.url).href;
const { render, target } = (await import(script)) as { render(): string; target: string };
const vectors = JSON.parse(readFileSync(target, "utf8")) as Vectors;
const bytesOf = (kid: string): Uint8Array => Buffer.from(vectors.keys[kid]!, "base64url");
const ring = async (): Promise<KeyRing> =>
  new KeyRing("k1", await EncryptionKey.of(bytesOf("k1"))).add("2026-11", await EncryptionKey.of(bytesOf("2026-11")));

const binding = { room: "general", from: "ann", type: "chat", messageId: "m1" };
const text = '{"message":"the plan is ready"}';
const encryption = new MessageEncryption(await ring());

/** Why a text was not decrypted; nothing if it was. */
async function reason(jwe: string, received: Received, by = encryption): Promise<string | undefined> {
  try {
    await by.decrypt(jwe, received);
    return undefined;
  } catch (error) {
    assert(error instanceof DecryptionError, inspect(error));
    assert(!error.message.includes("plan") && error.cause === undefined);
    return error.reason;
  }
}

test("spec/encryption-vectors.json is what scripts/encryption-vectors.mjs makes", () => {
  assert.equal(readFileSync(target, "utf8"), render(), "run `npm run vectors`");
});

test("what others encrypted decrypts, here and with jose", async () => {
  assert(vectors.positive.length > 12);
  for (const { name, envelope, plaintext, jwe } of vectors.positive) {
    const fresh = new MessageEncryption(await ring());
    assert.equal(await fresh.decryptText(jwe, envelope), plaintext, name);
    const joses = await compactDecrypt(jwe, ({ kid }) => bytesOf(kid!));
    assert.equal(new TextDecoder().decode(joses.plaintext), plaintext, name);
  }
});

test("what must not decrypt is refused, with the reason that all give", async () => {
  assert(vectors.negative.length > 80);
  for (const { name, envelope, reason: why, jwe } of vectors.negative) {
    assert.equal(await reason(jwe, envelope, new MessageEncryption(await ring())), why, name);
  }
});

test("replays are refused, and what is read again is not", async () => {
  for (const { name, steps } of vectors.replays) {
    const fresh = new MessageEncryption(await ring());
    for (const step of steps) assert.equal(await reason(step.jwe, step.received, fresh), step.reason, name);
  }
});

test("a passphrase gives the same key everywhere", async () => {
  for (const { passphrase, salt, rounds, key } of vectors.passphrases) {
    const derived = new MessageEncryption(new KeyRing("k", await EncryptionKey.fromPassphrase(passphrase, salt, rounds)));
    const others = new MessageEncryption(new KeyRing("k", await EncryptionKey.of(Buffer.from(key, "base64url"))));
    assert.equal(await others.decryptText(await derived.encrypt(text, binding), binding), text);
  }
});

test("jose decrypts what is encrypted here, and the other way round", async () => {
  const named = { room: "名前", from: "Zoë", type: "chat", messageId: "m1" };
  const { plaintext, protectedHeader } = await compactDecrypt(await encryption.encrypt(text, named), bytesOf("k1"));
  assert.equal(new TextDecoder().decode(plaintext), text);
  const fixed = { alg: "A256KW", enc: "A256GCM", kid: "k1", typ: "switchboard.v1" };
  assert.deepEqual({ ...protectedHeader }, { ...fixed, ...named });

  const joses = new CompactEncrypt(new TextEncoder().encode(text)).setProtectedHeader({ ...named, ...fixed });
  const fresh = new MessageEncryption(await ring());
  assert.equal(await fresh.decryptText(await joses.encrypt(bytesOf("k1")), named), text);
});

test("any bytes come back as they were", async () => {
  for (const length of [0, 1, 2, 3, 15, 16, 17, 1_000, 70_000, 1_000_000]) {
    const bytes = new Uint8Array(length).map((_, i) => (i * 7919) >> 3);
    const bound = { user: "bob", from: "ann", type: "chat", messageId: `m${length}` };
    assert.deepEqual(await encryption.decrypt(await encryption.encrypt(bytes, bound), bound), bytes);
  }
});

test("no changed character goes unnoticed", async () => {
  const fresh = new MessageEncryption(await ring());
  const jwe = await fresh.encrypt(text, binding);
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (let at = 0; at < jwe.length; at++) {
    const value = Math.max(0, alphabet.indexOf(jwe[at]!));
    const others = [0, 1, 2, 3, 4, 5].map((bit) => alphabet[value ^ (1 << bit)]!).concat(".", "=", " ", "\u0141");
    for (const other of others.filter((each) => each !== jwe[at])) {
      const changed = jwe.slice(0, at) + other + jwe.slice(at + 1);
      assert.notEqual(await reason(changed, { ...binding, seq: 1 }, fresh), undefined, `character ${at} became ${other}`);
    }
  }
  assert.equal(await reason(jwe, { ...binding, seq: 1 }, fresh), undefined);
});

test("no beginning and no end of a message decrypts", async () => {
  const jwe = await encryption.encrypt(text, binding);
  for (let length = 0; length < jwe.length; length++) {
    assert.notEqual(await reason(jwe.slice(0, length), binding), undefined);
    assert.notEqual(await reason(jwe.slice(jwe.length - length), binding), undefined);
  }
});

test("the same message never looks the same", async () => {
  const parts = new Set<string>();
  for (let i = 0; i < 500; i++) {
    const [, key, iv, ciphertext] = (await encryption.encrypt(text, binding)).split(".");
    for (const part of [key!, iv!, ciphertext!]) parts.add(part);
  }
  assert.equal(parts.size, 1500);
});

test("a message that arrives often at once is decrypted once", async () => {
  const fresh = new MessageEncryption(await ring());
  const jwe = await fresh.encrypt(text, binding);
  const reasons = await Promise.all([1, 2, 3, 4, 5].map((seq) => reason(jwe, { ...binding, seq }, fresh)));
  assert.deepEqual(reasons.sort(), ["replayed", "replayed", "replayed", "replayed", undefined]);
});

test("the memory for replays is bounded", async () => {
  const small = new MessageEncryption(await ring(), { remembered: 1 });
  const none = new MessageEncryption(await ring(), { remembered: 0 });
  const [first, second] = [binding, { ...binding, messageId: "m2" }];
  const jwe = await small.encrypt(text, first);
  assert.equal(await reason(jwe, { ...first, seq: 1 }, small), undefined);
  assert.equal(await reason(jwe, { ...first, seq: 2 }, small), "replayed");
  assert.equal(await reason(await small.encrypt(text, second), { ...second, seq: 3 }, small), undefined);
  assert.equal(await reason(jwe, { ...first, seq: 4 }, small), undefined);
  for (const seq of [0, 0, 7]) assert.equal(await reason(jwe, { ...first, seq }, none), undefined);
});

test("a message without an id gets one", async () => {
  const { messageId, ...unnamed } = binding;
  const jwe = await encryption.encrypt(text, unnamed);
  assert.equal(await reason(jwe, { ...unnamed, messageId }), "wrong_binding");
  assert.equal(await reason(jwe, unnamed), undefined);
});

test("an entry is its own binding", async () => {
  const jwe = await encryption.encrypt(text, { ...binding, messageId: "entry" });
  const entry: Entry<{ chat: { jwe: string } }> = {
    ...{ type: "chat", data: { jwe }, from: "ann", timestamp: 1, room: "general" },
    ...{ epoch: "k3x9", seq: 7, messageId: "entry" },
  };
  for (let again = 0; again < 2; again++) assert.equal(await encryption.decryptText(entry.data.jwe, entry), text);
});

test("rotation with overlap loses nothing", async () => {
  const anns = new KeyRing("old", await EncryptionKey.of(bytesOf("k1")));
  const bobs = new KeyRing("old", await EncryptionKey.of(bytesOf("k1")));
  const ann = new MessageEncryption(anns, { remembered: 0 });
  const bob = new MessageEncryption(bobs, { remembered: 0 });
  const before = await ann.encrypt(text, binding);
  for (const each of [anns, bobs]) each.add("new", await EncryptionKey.of(bytesOf("2026-11")));
  anns.use("new");
  const after = await ann.encrypt(text, binding);
  for (const jwe of [before, after]) assert.equal(await bob.decryptText(jwe, binding), text);
  assert.equal(await ann.decryptText(await bob.encrypt(text, binding), binding), text);
  bobs.use("new");
  assert.deepEqual([bobs.remove("old"), bobs.remove("old"), bobs.current, bobs.ids], [true, false, "new", ["new"]]);
  assert.equal(await reason(before, binding, bob), "unknown_key");
  assert.equal(await reason(after, binding, bob), undefined);
});

test("bad keys, ids, passphrases and bindings are refused", async () => {
  const passphrase = "correct horse battery staple";
  await assert.rejects(EncryptionKey.of(new Uint8Array(16)), /key: 16 bytes \(expected: 32\)/);
  await assert.rejects(EncryptionKey.of(new Uint8Array(32)), /one byte repeated/);
  await assert.rejects(EncryptionKey.fromPassphrase("too short", "chat.example.org"), /at least 12/);
  await assert.rejects(EncryptionKey.fromPassphrase(`${passphrase}\ud800`, "chat.example.org"), /not Unicode/);
  await assert.rejects(EncryptionKey.fromPassphrase(passphrase, "short"), /salt: 5 bytes/);
  await assert.rejects(EncryptionKey.fromPassphrase(passphrase, "chat.example.org", 599_999), /rounds: 599999/);
  const keys = await ring();
  const key = await EncryptionKey.of(bytesOf("k1"));
  for (const id of ["", "a b", "ä", "k\n"]) assert.throws(() => keys.add(id, key), /id: malformed/);
  assert.throws(() => keys.add("k1", key), /not in the ring/);
  assert.throws(() => keys.use("absent"), /unknown/);
  assert.throws(() => keys.remove("k1"), /not the current key/);
  assert.throws(() => new MessageEncryption(keys, { remembered: -1 }), /remembered: -1/);
  for (const bad of [{ type: "Chat" }, { messageId: "" }, { room: "a\u0000b" }, { from: "" }, { everyone: true as const }]) {
    await assert.rejects(encryption.encrypt(text, { ...binding, ...bad }), TypeError);
  }
  await assert.rejects(encryption.encrypt(new Uint8Array(12 * 1024 * 1024), binding), /plaintext: 12582912 bytes/);
  assert.equal(await reason("a".repeat(16 * 1024 * 1024 + 1), binding), "too_large");
});

test("text that is not text is refused", async () => {
  const bound = { ...binding, messageId: "not text" };
  const jwe = await encryption.encrypt(new Uint8Array([255]), bound);
  await assert.rejects(encryption.decryptText(jwe, bound), { name: "DecryptionError", reason: "malformed" });
});

test("nothing shows a key", async () => {
  const bytes = new TextEncoder().encode("THIS IS THE SECRET KEY, 32 BYTES");
  const key = await EncryptionKey.of(bytes);
  const mine = new MessageEncryption(new KeyRing("k1", key));
  for (const shown of [key, mine, new KeyRing("k1", key)]) {
    const words = inspect(shown, { depth: 9, showHidden: true }) + String(shown) + JSON.stringify(shown);
    assert(!/SECRET|U0VDUkVU|534543|83, 69, 67/.test(words), words);
  }
});
