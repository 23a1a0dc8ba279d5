import assert from "node:assert/strict";
import { test } from "node:test";
import { Machine } from "./machine.js";

test("control messages of later versions are no messages", () => {
  const machine = Machine.open();
  machine.join("r", 0);
  machine.hear({ type: "room_renamed", room: "r", name: "s" });
  machine.hear({ type: "weather", sun: true });
  machine.hear({ type: "survey", id: "1" });
  assert.deepEqual([machine.of("message"), machine.of("error"), machine.asked], [[], [], []]);
});

test("a message from the server to this connection needs no sender", () => {
  const machine = Machine.open();
  machine.hear({ type: "hint", timestamp: 1 });
  assert.deepEqual(machine.of("message"), [{ type: "hint", timestamp: 1, data: {} }]);
});

for (const [fault, more] of [
  ["address: not one room, user or everyone", { user: "ann" }],
  ["address: not one room, user or everyone", { room: 7 }],
  ["address: not one room, user or everyone", { room: undefined, everyone: "yes" }],
  ["from: not a user", { from: undefined }],
  ["from: not a user", { from: { name: "bob" } }],
  ["seq: not a place", { seq: "1" }],
  ["seq: not a place", { seq: 0 }],
  ["timestamp: not a time", { timestamp: "now" }],
  ["messageId: not a text", { messageId: 5 }],
  ["data: not an object", { data: [1] }],
  ["data: not an object", { data: null }],
] as const) {
  test(`${JSON.stringify(more)} reaches no listener`, () => {
    const machine = Machine.open();
    machine.join("r", 0);
    machine.entry("r", 1, more);
    assert.deepEqual(machine.of("message"), []);
    assert.deepEqual(machine.of("error").map(({ code, message }) => [code, message]), [["bad_message", `chat: ${fault}`]]);
    machine.entry("r", 2);
    assert.deepEqual(machine.seqs, [2]);
  });
}

test("a page leaves out what can't be read, says so, and tells where to go on", () => {
  const machine = Machine.open();
  const ticket = machine.do(() => machine.talk.history(0, { room: "r" }));
  const good = { type: "chat", room: "r", seq: 2, from: "bob", timestamp: 1 };
  machine.hear({ type: "history", re: 1, epoch: "e", seq: 2, messages: [{ ...good, seq: 1, from: 1 }, good], more: false });
  const { messages, first, last } = machine.settled.get(ticket);
  assert.deepEqual([messages, first, last], [[{ ...good, data: {} }], 1, 2]);
  assert.deepEqual(machine.of("error").map(({ message }) => message), ["chat: from: not a user"]);
});
