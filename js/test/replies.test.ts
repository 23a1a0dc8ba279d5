import assert from "node:assert/strict";
import { test } from "node:test";
import { Machine } from "./machine.js";

const question = (id: string) => ({ type: "ask", id, timestamp: 1, data: { n: 1 } });

test("a question is asked once, and answered as often as the server asks again", () => {
  const machine = Machine.open();
  machine.hear(question("q1"));
  machine.hear(question("q1"));
  assert.deepEqual(machine.asked.map(({ id, type, data }) => [id, type, data]), [["q1", "ask", { n: 1 }]]);
  machine.do(() => machine.talk.reply("q1", "answer", { n: 2 }));
  const answer = { type: "answer", re: "q1", data: { n: 2 } };
  assert.deepEqual(machine.said, [answer]);
  machine.hear(question("q1"));
  assert.deepEqual(machine.said, [answer, answer]);
  assert.equal(machine.asked.length, 1);
});

test("an answer without a connection waits until the server asks again", () => {
  const machine = Machine.open();
  machine.hear(question("q1"));
  machine.lose();
  machine.do(() => machine.talk.reply("q1", "answer", { n: 2 }));
  machine.pass(1000);
  machine.resume();
  assert.equal(machine.said.at(-1).type, "resume");
  machine.hear(question("q1"));
  assert.deepEqual(machine.said.at(-1), { type: "answer", re: "q1", data: { n: 2 } });
});

test("a new session knows nothing of the questions of the old one", () => {
  const machine = Machine.open();
  machine.hear(question("q1"));
  machine.lose();
  machine.pass(1000);
  machine.open([], { re: 1 });
  machine.said.length = 0;
  machine.do(() => machine.talk.reply("q1", "answer", { n: 2 }));
  assert.deepEqual(machine.said, []);
  machine.hear(question("q1"));
  assert.equal(machine.asked.length, 2);
});

test("an answer that the server would not take is refused before the wire", () => {
  const machine = Machine.open();
  machine.hear({ type: "confirm", id: "q", timestamp: 1, data: {} });
  const large = () => machine.do(() => machine.talk.reply("q", "confirmed", "x".repeat(1000)));
  assert.throws(large, { code: "too_large" });
  machine.do(() => machine.talk.refuse("q", "too_large", "", false));
  assert.equal(machine.said.at(-1).code, "too_large");
});

test("control messages that are not known are no messages", () => {
  const machine = Machine.open();
  machine.hear({ type: "auth_success", in: 5000 });
  machine.hear({ type: "room_joined", room: "r", re: 99, epoch: "e", seq: 1, members: [], count: 1 });
  machine.hear({ type: "error", re: 99, code: "timeout", message: "", retryable: true });
  assert.deepEqual(machine.reports.map(([name]) => name), ["open"]);
});

test("a refusal is an error with its code; a message with an address is no question", () => {
  const machine = Machine.open();
  machine.hear(question("q1"));
  machine.do(() => machine.talk.refuse("q1", "unknown_type", "no", false));
  assert.deepEqual(machine.said, [{ type: "error", re: "q1", code: "unknown_type", message: "no", retryable: false }]);
  machine.hear({ ...question("q2"), everyone: true, from: "root", seq: 1 });
  assert.equal(machine.asked.length, 1);
});
