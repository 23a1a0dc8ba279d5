// Writes spec/encryption-vectors.json. It encrypts with node:crypto and shares no code with the clients, so that they are
// not compared with themselves. `render` is what the test compares the file with.
import { createCipheriv, createHash, pbkdf2Sync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const target = fileURLToPath(new URL("../../spec/encryption-vectors.json", import.meta.url));

const bytes = (name, length) => createHash("sha512").update(`switchboard vector: ${name}`).digest().subarray(0, length);
const keys = { k1: bytes("k1", 32), "2026-11": bytes("2026-11", 32), absent: bytes("absent", 32) };

const binding = { room: "general", from: "ann", type: "chat", messageId: "0197b0c4-5d2e-7cc1-9d8a-3f0f6f2f1a11" };
const header = { alg: "A256KW", enc: "A256GCM", kid: "k1", typ: "switchboard.v1", ...binding };

/** A JWE of whatever header; the key and the nonce of the message come from the vector's name. */
function jwe(name, { head = header, text = JSON.stringify(head), plaintext = `{"message":"${name}"}`, key = keys.k1 }) {
  const cek = bytes(`${name}: cek`, 32);
  const iv = bytes(`${name}: iv`, 12);
  const first = Buffer.isBuffer(text) ? text.toString("base64url") : Buffer.from(text).toString("base64url");
  const wrap = createCipheriv("id-aes256-wrap", key, Buffer.alloc(8, 0xa6));
  const wrapped = Buffer.concat([wrap.update(cek), wrap.final()]);
  const seal = createCipheriv("aes-256-gcm", cek, iv);
  seal.setAAD(Buffer.from(first, "ascii"));
  const hidden = Buffer.concat([seal.update(plaintext), seal.final()]);
  return [first, ...[wrapped, iv, hidden, seal.getAuthTag()].map((part) => part.toString("base64url"))].join(".");
}

function positive() {
  const all = [];
  const add = (name, { bound = binding, kid = "k1", plaintext, text, envelope = bound }) => {
    const head = { alg: "A256KW", enc: "A256GCM", kid, typ: "switchboard.v1", ...bound };
    const hidden = plaintext ?? `{"message":"${name}"}`;
    all.push({ name, envelope, plaintext: hidden, jwe: jwe(name, { head, text, plaintext: hidden, key: keys[kid] }) });
  };
  const { room, ...placeless } = binding;
  const { from, ...fromServer } = binding;
  const { messageId, ...unnamed } = binding;
  add("a message to a room", {});
  add("another key", { kid: "2026-11" });
  add("a message to a user", { bound: { user: "bob", ...placeless } });
  add("a message to everyone", { bound: { everyone: true, ...placeless } });
  add("a message to the server's own handler", { bound: placeless });
  add("a message from the server", { bound: fromServer });
  add("an envelope that names no message id", { envelope: unnamed });
  add("nothing", { plaintext: "" });
  add("names beyond ASCII", { bound: { ...binding, room: "名 \"前\" \\ 😀/", from: "Zoë" }, plaintext: '{"message":"héllo 😀"}' });
  add("the header in another order, with spaces", {
    text: `{ "messageId": "${binding.messageId}", "type": "chat", "room": "gener\\u0061l", "from": "ann",\n "typ": "switchboard.v1", "kid": "k1", "enc": "A256GCM", "alg": "A256KW" }`,
  });
  for (const length of [1, 2, 3, 4]) add(`${length} bytes`, { plaintext: "x".repeat(length) });
  return all;
}

function negative() {
  const all = [];
  const add = (name, reason, text, envelope = binding) => all.push({ name, reason, envelope, jwe: text });
  const headed = (name, reason, head) => add(name, reason, jwe(name, { head }));
  const written = (name, reason, text) => add(name, reason, jwe(name, { text }));
  const good = jwe("good", {});
  const parts = good.split(".");
  const withPart = (index, part) => parts.map((old, i) => (i === index ? part : old)).join(".");
  const without = (key) => Object.fromEntries(Object.entries(header).filter(([name]) => name !== key));

  add("empty", "malformed", "");
  add("not a JWE", "malformed", '{"message":"hi"}');
  add("a signed token", "malformed", parts.slice(0, 3).join("."));
  add("four parts", "malformed", parts.slice(0, 4).join("."));
  add("six parts", "malformed", `${good}.`);
  add("cut off in the tag", "malformed", good.slice(0, -1));
  add("cut off by half a tag", "malformed", withPart(4, Buffer.from(parts[4], "base64url").subarray(0, 8).toString("base64url")));
  add("an empty tag", "malformed", withPart(4, ""));
  add("padding", "malformed", `${good}==`);
  add("a space behind", "malformed", `${good} `);
  add("a line break inside", "malformed", withPart(3, `${parts[3].slice(0, 4)}\n${parts[3].slice(4)}`));
  add("base64 that is not base64url", "malformed", withPart(4, `${parts[4].slice(0, 20)}+/`));
  // 16 bytes take 22 characters; the last 4 bits encode nothing.
  const last = parts[4].at(-1);
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  add("bits that encode nothing", "malformed", withPart(4, parts[4].slice(0, -1) + alphabet[alphabet.indexOf(last) + 1]));
  add("an encrypted key of 24 bytes", "malformed", withPart(1, Buffer.from(parts[1], "base64url").subarray(0, 24).toString("base64url")));
  add("no encrypted key", "malformed", withPart(1, ""));
  add("an initialization vector of 16 bytes", "malformed", withPart(2, bytes("long iv", 16).toString("base64url")));

  written("a header that is not JSON", "malformed", "switchboard");
  written("a header that is a list", "malformed", "[]");
  written("a header that is null", "malformed", "null");
  written("a header with something behind", "malformed", `${JSON.stringify(header)}{}`);
  written("a header with a byte order mark", "malformed", `\ufeff${JSON.stringify(header)}`);
  written("a header that is not UTF-8", "malformed", Buffer.from(JSON.stringify({ ...header, room: "caf\u00e9" }), "latin1"));
  written("a key twice", "malformed", JSON.stringify(header).replace("}", ',"kid":"k1"}'));
  written("a key twice, escaped", "malformed", JSON.stringify(header).replace("}", ',"ki\\u0064":"k1"}'));
  written("a header of more than 2048 bytes", "malformed", JSON.stringify({ ...header, from: "x".repeat(2048) }));
  written("an algorithm that is no text", "malformed", JSON.stringify({ ...header, alg: ["A256KW"] }));
  written("a room that is an object", "malformed", JSON.stringify({ ...header, room: { room: "general" } }));
  written("everyone as text", "malformed", JSON.stringify({ ...without("room"), everyone: "true" }));
  for (const key of ["alg", "enc", "kid", "typ", "type", "messageId"]) headed(`no ${key}`, "malformed", without(key));
  headed("two addresses", "malformed", { ...header, everyone: true });
  headed("a kid that is a path", "malformed", { ...header, kid: "../k1" });
  headed("an empty message id", "malformed", { ...header, messageId: "" });
  headed("half of a surrogate pair", "malformed", { ...header, messageId: "\ud800" });
  headed("a room that no room can be", "malformed", { ...header, room: "a\u202eb" });

  for (const alg of ["none", "dir", "RSA1_5", "RSA-OAEP-256", "ECDH-ES", "ECDH-ES+A256KW", "A128KW", "A256GCMKW", "PBES2-HS512+A256KW", "a256kw"]) {
    headed(`alg ${alg}`, "unsupported", { ...header, alg });
  }
  for (const enc of ["A128GCM", "A256CBC-HS512", "none", ""]) headed(`enc "${enc}"`, "unsupported", { ...header, enc });
  headed("another version", "unsupported", { ...header, typ: "switchboard.v2" });
  headed("a token", "unsupported", { ...header, typ: "JWT" });
  headed("zip", "unsupported", { ...header, zip: "DEF" });
  headed("crit", "unsupported", { ...header, crit: ["exp"], exp: 1 });
  headed("an empty crit", "unsupported", { ...header, crit: [] });
  headed("p2c of two thousand million", "unsupported", { ...header, alg: "PBES2-HS512+A256KW", p2s: "c2FsdHNhbHQ", p2c: 2_000_000_000 });
  headed("epk", "unsupported", { ...header, epk: { kty: "EC", crv: "P-256", x: "AA", y: "AA" } });
  headed("jku", "unsupported", { ...header, jku: "https://evil.example/keys" });
  headed("jwk", "unsupported", { ...header, jwk: { kty: "oct", k: "AAAA" } });
  headed("a key of a prototype", "unsupported", { ...header, ["__proto__"]: "x", toString: "x" });
  written("a deep header", "unsupported", JSON.stringify(header).replace("}", `,"x":${"[".repeat(200)}${"]".repeat(200)}}`));

  headed("a kid that is not in the ring", "unknown_key", { ...header, kid: "absent" });
  headed("a kid of a prototype", "unknown_key", { ...header, kid: "__proto__" });

  add("another room", "wrong_binding", good, { ...binding, room: "random" });
  add("a user of the room's name", "wrong_binding", good, { user: "general", from: "ann", type: "chat", messageId: binding.messageId });
  add("everyone instead of the room", "wrong_binding", good, { everyone: true, from: "ann", type: "chat", messageId: binding.messageId });
  add("no address", "wrong_binding", good, { from: "ann", type: "chat", messageId: binding.messageId });
  add("another sender", "wrong_binding", good, { ...binding, from: "bob" });
  add("no sender", "wrong_binding", good, { room: "general", type: "chat", messageId: binding.messageId });
  add("another type", "wrong_binding", good, { ...binding, type: "payment" });
  add("another message id", "wrong_binding", good, { ...binding, messageId: "another" });
  add("a room in other case", "wrong_binding", good, { ...binding, room: "General" });

  const other = jwe("other", {}).split(".");
  add("encrypted with another key", "not_authentic", jwe("with another key", { key: keys.absent }));
  add("the encrypted key of another message", "not_authentic", withPart(1, other[1]));
  add("the initialization vector of another message", "not_authentic", withPart(2, other[2]));
  add("the ciphertext of another message", "not_authentic", withPart(3, other[3]));
  add("the tag of another message", "not_authentic", withPart(4, other[4]));
  add("no ciphertext", "not_authentic", withPart(3, ""));
  add("a ciphertext cut off", "not_authentic", withPart(3, parts[3].slice(0, 8)));
  const moved = Buffer.from(JSON.stringify({ ...header, room: "random" })).toString("base64url");
  add("a header changed to fit another room", "not_authentic", withPart(0, moved), { ...binding, room: "random" });
  add("the header in another order", "not_authentic", withPart(0, Buffer.from(JSON.stringify({ typ: header.typ, ...header })).toString("base64url")));
  return all;
}

function replays() {
  const text = jwe("good", {});
  const again = jwe("again", {});
  const { messageId, ...unnamed } = binding;
  const bobs = jwe("bobs", { head: { ...header, from: "bob" } });
  const step = (received, reason, of = text) => ({ received, jwe: of, ...(reason ? { reason } : {}) });
  const at = (seq) => ({ ...binding, seq });
  return [
    { name: "the same entry may be read again", steps: [step(at(7)), step(at(7)), step(at(7))] },
    { name: "a message at another place is a replay", steps: [step(at(7)), step(at(8), "replayed"), step(at(7))] },
    { name: "a message id at another place is a replay", steps: [step(at(7)), step(at(8), "replayed", again)] },
    { name: "outside of a log nothing comes twice", steps: [step(binding), step(binding, "replayed")] },
    { name: "what was in no log comes into none", steps: [step(binding), step(at(7), "replayed")] },
    { name: "an entry does not come without its log", steps: [step(at(7)), step(binding, "replayed")] },
    { name: "an envelope without message id hides no replay", steps: [step({ ...unnamed, seq: 7 }), step({ ...unnamed, seq: 8 }, "replayed")] },
    { name: "two users may use the same message id", steps: [step(at(7)), step({ ...at(8), from: "bob" }, undefined, bobs)] },
    { name: "what was refused is not remembered", steps: [step({ ...at(7), room: "random" }, "wrong_binding"), step(at(8))] },
  ];
}

function passphrases() {
  const of = (passphrase, salt, rounds) => ({
    passphrase,
    salt,
    rounds,
    key: pbkdf2Sync(passphrase.normalize("NFC"), salt, rounds, 32, "sha256").toString("base64url"),
  });
  return [
    of("correct horse battery staple", "chat.example.org/general", 600_000),
    of("Zoe\u0308 wa\u0308hlt \u{1f600} und 名前", "chat.example.org/名前", 600_001),
  ];
}

export function render() {
  const about =
    "Generated by js/scripts/encryption-vectors.mjs with node:crypto; see spec/encryption.md. A ring holds the keys below, each " +
    "32 bytes in base64url. An envelope that decrypts to something else, or is refused for another reason, is an error. " +
    "Each list of steps starts with an empty memory.";
  const { absent, ...ring } = keys;
  const encoded = Object.fromEntries(Object.entries(ring).map(([kid, key]) => [kid, key.toString("base64url")]));
  const all = { about, keys: encoded, passphrases: passphrases(), positive: positive(), negative: negative(), replays: replays() };
  return JSON.stringify(all, null, 1) + "\n";
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(target, render());
