// The exchange of spec/protocol.md with npm ws: typed.mjs URL. Exits with 0 if every answer is as written.
import assert from "node:assert/strict";
import { createRequire } from "node:module";

const require = createRequire(new URL("../../../../js/package.json", import.meta.url));
const { WebSocket } = require("ws");
const url = process.argv[2];

class Person {
  #messages = [];
  #waiting = [];

  constructor(name, options) {
    this.socket = new WebSocket(`${url}?user=${name}`, options);
    this.socket.on("message", (data, binary) => {
      assert.equal(binary, false);
      this.#messages.push(JSON.parse(data.toString()));
      this.#waiting.shift()?.();
    });
    this.opened = new Promise((resolve, reject) => this.socket.once("open", resolve).once("error", reject));
  }

  say(message) {
    this.socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  async hear(type) {
    for (;;) {
      const at = this.#messages.findIndex((message) => message.type === type);
      if (at >= 0) return this.#messages.splice(at, 1)[0];
      await new Promise((resolve) => this.#waiting.push(resolve));
    }
  }
}

setTimeout(() => {
  console.error("no answer within 20 s");
  process.exit(1);
}, 20_000).unref();

const ann = new Person("ann");
const bob = new Person("bob", { perMessageDeflate: false });
await Promise.all([ann.opened, bob.opened]);
const welcome = await ann.hear("welcome");
assert.equal(welcome.user, "ann");
assert.ok(welcome.session && welcome.secret);
await bob.hear("welcome");

ann.say({ type: "join_room", room: "general", id: 1 });
const joined = await ann.hear("room_joined");
assert.equal(joined.re, 1);
assert.equal(joined.seq, 0);
bob.say({ type: "join_room", room: "general", id: "a" });
assert.equal((await bob.hear("room_joined")).re, "a");
assert.deepEqual(await ann.hear("user_joined"), { type: "user_joined", room: "general", user: "bob", count: 2 });

ann.say({ type: "message", room: "general", id: 2, data: { content: "hi 你好 😀" } });
assert.deepEqual(await ann.hear("ack"), { type: "ack", re: 2, seq: 1 });
for (const person of [ann, bob]) {
  const { timestamp, ...entry } = await person.hear("message");
  assert.ok(Math.abs(timestamp - Date.now()) < 60_000);
  assert.deepEqual(entry, { type: "message", room: "general", seq: 1, from: "ann", data: { content: "hi 你好 😀" } });
}

bob.say({ type: "message", user: "ann", id: 3, messageId: "m1", data: { content: "psst" } });
assert.equal((await bob.hear("ack")).seq, 1);
assert.equal((await ann.hear("message")).user, "ann");
const copy = await bob.hear("message");
assert.deepEqual([copy.user, copy.from, copy.messageId, copy.data.to], ["bob", "bob", "m1", "ann"]);

bob.say({ type: "notification", everyone: true, id: 4, data: { level: "warning", text: "soon" } });
assert.equal((await ann.hear("notification")).everyone, true);

for (const [said, code] of [
  ["not json", "bad_message"],
  [{ type: "dance", id: 5 }, "unknown_type"],
  [{ type: "message", room: "general", id: 6, data: {} }, "invalid"],
  [{ type: "message", room: "general", id: 7, data: { content: " " } }, "invalid"],
  [{ type: "message", room: "elsewhere", id: 8, data: { content: "x" } }, "not_a_member"],
]) {
  ann.say(said);
  assert.equal((await ann.hear("error")).code, code);
}

ann.socket.send(Buffer.from([1, 2, 3]));
assert.equal((await ann.hear("error")).code, "bad_message");
ann.say({ type: "message", room: "general", id: 9, data: { content: "x".repeat(70_000) } });
assert.equal(await new Promise((resolve) => ann.socket.once("close", resolve)), 1009);
bob.socket.close(1000);
assert.equal(await new Promise((resolve) => bob.socket.once("close", resolve)), 1000);
console.log("done");
process.exit(0);
