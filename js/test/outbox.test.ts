import assert from "node:assert/strict";
import { test } from "node:test";
import { Machine } from "./machine.js";

const publish = (machine: Machine, n: number) => machine.do(() => machine.talk.publish(machine.now, { room: "r" }, "chat", { n }));

test("what was not acknowledged is sent again in order under its old name and a new id", () => {
  const machine = Machine.open({ reconnectDelay: 1 });
  const tickets = [1, 2, 3].map((n) => publish(machine, n));
  machine.hear({ type: "ack", re: 2, seq: 2 });
  machine.lose();
  tickets.push(publish(machine, 4));
  machine.pass(1);
  machine.said.length = 0;
  machine.resume();
  assert.deepEqual(
    machine.said.slice(1).map(({ id, messageId, data }) => [id, messageId, data.n]),
    [[2, "m1", 1], [3, "m3", 3], [4, "m4", 4]],
  );
  machine.hear({ type: "ack", re: 2, seq: 1 });
  assert.deepEqual(machine.settled.get(tickets[0]!), { seq: 1 });
});

test("the bound on messages refuses the next one and hands it back", () => {
  const machine = new Machine({ maxUnacknowledged: 2 });
  publish(machine, 1);
  publish(machine, 2);
  const error = machine.refused.get(publish(machine, 3))!;
  assert.equal(error.code, "queue_full");
  assert.equal(error.retryable, true);
  assert.deepEqual(error.unsent, { type: "chat", room: "r", data: { n: 3 }, messageId: "m3" });
});

test("the bound on bytes counts UTF-8, and an acknowledgement makes room", () => {
  const machine = Machine.open({ maxUnacknowledgedBytes: 150 });
  const first = machine.do(() => machine.talk.publish(machine.now, { room: "r" }, "chat", "ü".repeat(45)));
  const second = publish(machine, 2);
  assert.equal(machine.refused.get(first), undefined);
  assert.equal(machine.refused.get(second)?.code, "queue_full");
  machine.hear({ type: "ack", re: 1, seq: 1 });
  assert.equal(machine.refused.get(publish(machine, 3)), undefined);
});

test("requests are bounded too", () => {
  const machine = Machine.open();
  const tickets = Array.from({ length: 1001 }, () => machine.do(() => machine.talk.request(0, "ask", 1)));
  assert.equal(machine.refused.get(tickets.at(-2)!), undefined);
  assert.equal(machine.refused.get(tickets.at(-1)!)?.code, "queue_full");
});

test("a message larger than the server's limit is refused here", () => {
  const machine = Machine.open();
  const ticket = machine.do(() => machine.talk.publish(machine.now, { room: "r" }, "chat", "x".repeat(1000)));
  assert.equal(machine.refused.get(ticket)?.code, "too_large");
  assert.deepEqual(machine.said, []);
  const fleeting = () => machine.do(() => machine.talk.fleeting({ room: "r" }, "chat", "x".repeat(1000)));
  assert.throws(fleeting, { code: "too_large", message: /\(expected: at most 1000, the server's limit\)$/ });
  const asked = machine.do(() => machine.talk.request(0, "ask", "ü".repeat(500)));
  assert.equal(machine.refused.get(asked)?.code, "too_large");
  assert.deepEqual(machine.said, []);
});

test("a request without an answer is refused after its timeout", () => {
  const machine = Machine.open();
  const ticket = machine.do(() => machine.talk.request(0, "ask", 1, 500));
  machine.pass(499);
  assert.equal(machine.refused.size, 0);
  machine.pass(1);
  assert.equal(machine.refused.get(ticket)?.code, "timeout");
  machine.hear({ type: "answer", re: 1, data: 1 });
  assert.equal(machine.settled.size, 0);
});

test("a request that was sent is not repeated; one that waited is sent, as is what does no harm twice", () => {
  const machine = Machine.open({ reconnectDelay: 1 });
  const sent = machine.do(() => machine.talk.request(0, "ask", 1));
  machine.do(() => machine.talk.history(0, { room: "r" }));
  machine.lose();
  machine.do(() => machine.talk.request(0, "ask", 2));
  assert.equal(machine.refused.get(sent)?.code, "connection_lost");
  machine.pass(1);
  machine.resume();
  assert.deepEqual(machine.said.slice(-2).map(({ type, data }) => [type, data]), [["history", undefined], ["ask", 2]]);
});

test("a fleeting message is never queued", () => {
  const machine = new Machine();
  assert.equal(machine.do(() => machine.talk.fleeting({ room: "r" }, "typing", {})), false);
  machine.do((session) => session.connect(0));
  machine.open();
  assert.deepEqual(machine.said, []);
});

test("close refuses all that waits; later calls are refused until connect", () => {
  const machine = Machine.open();
  const before = publish(machine, 1);
  machine.do((session) => session.close(0));
  assert.equal(machine.refused.get(before)?.unsent?.messageId, "m1");
  assert.equal(machine.refused.get(publish(machine, 2))?.code, "closed");
  machine.lose(1000);
  machine.do((session) => session.connect(0));
  const after = publish(machine, 3);
  machine.open();
  machine.hear({ type: "ack", re: 1, seq: 1 });
  assert.deepEqual(machine.settled.get(after), { seq: 1 });
});

test("a leave that was under way when the session ended has come true", () => {
  const machine = Machine.open({ reconnectDelay: 1 });
  machine.join("r", 4);
  const leave = machine.do(() => machine.talk.leave(machine.now, "r"));
  machine.lose();
  machine.pass(1);
  machine.do((session) => session.opened());
  machine.said.length = 0;
  machine.hear({ type: "welcome", re: 1, session: "s2", secret: "k", user: "ann", logs: [] });
  assert.equal(machine.settled.has(leave), true);
  assert.deepEqual(machine.said, []);
});

test("a publication that the server refuses frees its place, and is not sent again", () => {
  const machine = Machine.open({ reconnectDelay: 1, maxUnacknowledged: 1 });
  for (let n = 1; n <= 3; n++) {
    const ticket = machine.do(() => machine.talk.publish(machine.now, { room: "r" }, "typing", { on: true }));
    machine.hear({ type: "error", re: n, code: "bad_message", message: "", retryable: false });
    assert.equal(machine.refused.get(ticket)?.code, "bad_message");
  }
  machine.lose();
  machine.pass(1);
  machine.said.length = 0;
  machine.resume();
  assert.deepEqual(machine.said.map(({ type }) => type), ["resume"]);
});

test("what is published to a room that is being joined again waits, and what comes after it to the same log", () => {
  const machine = Machine.open({ reconnectDelay: 1 });
  machine.join("a", 1);
  machine.join("b", 1);
  machine.lose();
  machine.pass(1);
  machine.do((session) => session.opened());
  machine.hear({ type: "welcome", re: 1, session: "s2", secret: "k", user: "ann", logs: [] });
  machine.hear({ type: "room_joined", room: "b", re: 3, epoch: "e", seq: 1, members: [], count: 1, recovered: true });
  machine.hear({ type: "error", re: 2, code: "unavailable", message: "", retryable: true });
  machine.said.length = 0;
  machine.do(() => machine.talk.publish(machine.now, { rooms: ["a", "b"] }, "chat", 1));
  machine.do(() => machine.talk.publish(machine.now, { room: "b" }, "chat", 2));
  machine.do(() => machine.talk.publish(machine.now, { room: "c" }, "chat", 3));
  machine.do(() => machine.talk.publish(machine.now, { user: "bob" }, "chat", 4));
  assert.deepEqual(machine.said.map(({ data }) => data), [3, 4]);
  machine.pass(1000);
  const { id } = machine.said.at(-1);
  machine.hear({ type: "room_joined", room: "a", re: id, epoch: "e", seq: 1, members: [], count: 1, recovered: true });
  assert.deepEqual(machine.said.slice(3).map(({ data }) => data), [1, 2]);
});

test("a room that is refused for good frees what waited for it", () => {
  const machine = Machine.open({ reconnectDelay: 1 });
  machine.join("a", 1);
  machine.lose();
  machine.do(() => machine.talk.publish(machine.now, { room: "a" }, "chat", 1));
  machine.pass(1);
  machine.do((session) => session.opened());
  machine.hear({ type: "welcome", re: 1, session: "s2", secret: "k", user: "ann", logs: [] });
  machine.said.length = 0;
  machine.hear({ type: "error", re: 2, code: "forbidden", message: "", retryable: false });
  assert.deepEqual(machine.said.map(({ data }) => data), [1], "the server says what is wrong with it");
  assert.deepEqual(machine.of("error").map(({ code }) => code), ["forbidden"]);
});

test("a leave that finds us gone has succeeded, the first time too", () => {
  const machine = Machine.open();
  const leave = machine.do(() => machine.talk.leave(0, "r"));
  machine.hear({ type: "error", re: 1, code: "not_a_member", message: "" });
  assert.equal(machine.settled.has(leave), true);
  assert.equal(machine.refused.size, 0);
});

test("a leave sent twice that finds us gone has succeeded", () => {
  const machine = Machine.open({ reconnectDelay: 1 });
  machine.join("r", 4);
  const leave = machine.do(() => machine.talk.leave(machine.now, "r"));
  machine.lose();
  machine.pass(1);
  machine.resume([{ room: "r", epoch: "e", seq: 4, recovered: true }]);
  machine.hear({ type: "error", re: machine.said.at(-1).id, code: "not_a_member", message: "" });
  assert.equal(machine.settled.has(leave), true);
});

for (const type of ["join_room", "ping", "Chat", "", "a".repeat(65)]) {
  test(`the type "${type.slice(0, 12)}" is refused before the wire`, () => {
    const machine = Machine.open();
    const ticket = machine.do(() => machine.talk.publish(machine.now, { room: "r" }, type, {}));
    assert.equal(machine.refused.get(ticket)?.code, "bad_message");
    assert.deepEqual(machine.said, []);
  });
}

test("an unknown error code is retryable only if the server says so", () => {
  const machine = Machine.open();
  const [first, second] = [publish(machine, 1), publish(machine, 2)];
  machine.hear({ type: "error", re: 1, code: "moon_phase", message: "full" });
  machine.hear({ type: "error", re: 2, code: "moon_phase", message: "full", retryable: true });
  assert.equal(machine.refused.get(first)?.retryable, false);
  assert.equal(machine.refused.get(second)?.retryable, true);
});
