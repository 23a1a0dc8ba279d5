import assert from "node:assert/strict";
import { test } from "node:test";
import { Machine } from "./machine.js";

const BOTH = [{ user: "ann", epoch: "i", seq: 0 }, { everyone: true, epoch: "v", seq: 0 }];

test("an entry is delivered once, by its place in its log", () => {
  const machine = Machine.open({}, BOTH);
  machine.join("r", 4);
  for (const seq of [4, 5, 6, 6, 5, 7]) machine.entry("r", seq);
  assert.deepEqual(machine.seqs, [5, 6, 7]);
  machine.hear({ type: "chat", user: "ann", seq: 1, from: "bob", timestamp: 1, data: {} });
  machine.hear({ type: "chat", user: "ann", seq: 1, from: "bob", timestamp: 1, data: {} });
  machine.hear({ type: "chat", everyone: true, seq: 1, from: "bob", timestamp: 1, data: {} });
  assert.deepEqual(machine.seqs, [5, 6, 7, 1, 1]);
});

test("a fleeting message has no place and is always delivered", () => {
  const machine = Machine.open();
  machine.join("r", 4);
  for (let i = 0; i < 2; i++) machine.hear({ type: "typing", room: "r", fleeting: true, from: "bob", timestamp: 1, data: {} });
  assert.equal(machine.of("message").length, 2);
});

test("recovered: false is a gap, and the log goes on behind it", () => {
  const machine = Machine.open({ reconnectDelay: 1 }, BOTH);
  machine.join("r", 4);
  machine.lose();
  machine.pass(1);
  machine.resume([{ room: "r", epoch: "e2", seq: 2, recovered: false }, ...BOTH.map((log) => ({ ...log, recovered: true }))]);
  assert.deepEqual(machine.of("gap"), [{ room: "r", epoch: "e2", seq: 2 }]);
  machine.entry("r", 3);
  assert.deepEqual(machine.seqs, [3]);
});

test("a new epoch in a live entry is a gap", () => {
  const machine = Machine.open();
  machine.join("r", 4);
  machine.entry("r", 1, { epoch: "e2" });
  assert.deepEqual(machine.of("gap"), [{ room: "r", epoch: "e2", seq: 0 }]);
  assert.deepEqual(machine.seqs, [1]);
});

test("a room that resumed does not name is one the session is no longer in", () => {
  const machine = Machine.open({ reconnectDelay: 1 });
  machine.join("r", 4);
  machine.lose();
  machine.pass(1);
  machine.resume([]);
  assert.deepEqual(machine.of("room_left"), [{ room: "r" }]);
});

test("who is removed from a room is told why, and stays out", () => {
  const machine = Machine.open({ reconnectDelay: 1 });
  machine.join("r", 4);
  machine.hear({ type: "room_left", room: "r", code: "forbidden", message: "removed: spam" });
  assert.deepEqual(
    machine.of("room_left").map(({ room, error }) => [room, error.code, error.message]),
    [["r", "forbidden", "removed: spam"]],
  );
  machine.lose();
  machine.pass(1);
  machine.resume([]);
  assert.deepEqual(machine.of("room_left").length, 1);
});

test("a connection lost among the recent entries leaves no hole", () => {
  const machine = Machine.open({ reconnectDelay: 1 });
  machine.join("r", 9, { recent: 5 });
  machine.entry("r", 5);
  machine.entry("r", 6);
  machine.lose();
  machine.pass(1);
  machine.do((session) => session.opened());
  assert.deepEqual(machine.said.at(-1).logs, [{ room: "r", epoch: "e", seq: 6 }]);
});

test("an own entry without echo moves the place once all before it are there", () => {
  const machine = Machine.open();
  machine.join("r", 4);
  machine.do(() => machine.talk.publish(machine.now, { room: "r" }, "chat", {}, { echo: false }));
  machine.hear({ type: "ack", re: 2, seq: 6 });
  const place = () => machine.talk.places.rooms.get("r")!.log.seq;
  assert.equal(place(), 4);
  machine.entry("r", 5);
  assert.equal(place(), 6);
});

test("an own entry without echo does not come back in a recovery, acknowledged or not", () => {
  const machine = Machine.open({ reconnectDelay: 1 });
  machine.join("r", 4);
  for (let i = 0; i < 2; i++) machine.do(() => machine.talk.publish(machine.now, { room: "r" }, "chat", {}, { echo: false }));
  machine.hear({ type: "ack", re: 2, seq: 6 });
  machine.lose();
  machine.pass(1);
  machine.resume([{ room: "r", epoch: "e", seq: 7, recovered: true }]);
  machine.entry("r", 5);
  machine.entry("r", 6, { from: "ann", messageId: "m1" });
  machine.entry("r", 7, { from: "ann", messageId: "m2" });
  assert.deepEqual(machine.seqs, [5]);
});

test("an own message to another's inbox without echo does not move the own inbox", () => {
  const machine = Machine.open({}, BOTH);
  machine.do(() => machine.talk.publish(machine.now, { user: "bob" }, "chat", {}, { echo: false }));
  machine.hear({ type: "ack", re: 1, seq: 1 });
  machine.hear({ type: "chat", user: "ann", seq: 1, from: "bob", timestamp: 1, data: {} });
  assert.deepEqual(machine.seqs, [1]);
});

test("live entries of a room that is being joined again wait for the recovery", () => {
  const machine = Machine.open({ reconnectDelay: 1 });
  machine.join("r", 4);
  machine.lose();
  machine.pass(1);
  machine.do((session) => session.opened());
  machine.hear({ type: "welcome", re: 1, session: "s2", secret: "k", user: "ann", logs: [] });
  machine.entry("r", 9);
  machine.hear({ type: "room_joined", room: "r", re: 2, epoch: "e", seq: 9, members: [], count: 1, recovered: true });
  for (let seq = 5; seq <= 10; seq++) machine.entry("r", seq);
  assert.deepEqual(machine.seqs, [5, 6, 7, 8, 9, 10]);
});

test("a room that cannot be joined again yet is asked for again; one that cannot at all is left", () => {
  const machine = Machine.open({ reconnectDelay: 1 });
  machine.join("a", 4);
  machine.join("b", 4);
  machine.lose();
  machine.pass(1);
  machine.do((session) => session.opened());
  machine.hear({ type: "welcome", re: 1, session: "s2", secret: "k", user: "ann", logs: [] });
  machine.hear({ type: "error", re: 2, code: "rate_limited", message: "", retryable: true, details: { retryAfter: 300 } });
  machine.hear({ type: "error", re: 3, code: "forbidden", message: "", retryable: false });
  assert.deepEqual(machine.of("room_left").map(({ room, error }) => [room, error.code]), [["b", "forbidden"]]);
  const before = machine.said.length;
  machine.pass(1299);
  assert.equal(machine.said.length, before);
  machine.pass(1);
  assert.deepEqual(machine.said.at(-1), { type: "join_room", room: "a", since: { epoch: "e", seq: 4 }, id: 4 });
});

test("what is unreadable is an error, and the connection lives on", () => {
  const machine = Machine.open();
  for (const message of ["hello", [], null, {}, { type: 1 }, undefined]) {
    machine.do((session) => session.received(0, message));
  }
  assert.deepEqual(machine.of("error").map(({ code }) => code), Array(6).fill("bad_message"));
  assert.equal(machine.session.state, "open");
});

test("control messages with anything in them do no harm", () => {
  const types = "welcome resumed room_joined room_left user_joined user_left user_list history ack error pong going_away";
  const values = [undefined, null, -1, 1.5, "", "x", [], [1], {}, { seq: "x" }, true];
  const machine = Machine.open({}, BOTH);
  machine.join("r", 4);
  for (const type of types.split(" ")) {
    for (const value of values) {
      const keys = ["re", "room", "seq", "epoch", "members", "logs", "user", "everyone", "seqs", "after", "details"];
      machine.hear(Object.assign({ type }, ...keys.map((key) => ({ [key]: value }))));
    }
  }
  assert.equal(machine.session.state, "open");
});
