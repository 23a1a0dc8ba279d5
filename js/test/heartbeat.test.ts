import assert from "node:assert/strict";
import { test } from "node:test";
import { Machine } from "./machine.js";

test("a ping follows the interval of silence that welcome names", () => {
  const machine = Machine.open();
  machine.pass(24_999);
  assert.deepEqual(machine.said, []);
  machine.pass(1);
  assert.deepEqual(machine.said, [{ type: "ping", id: 1 }]);
});

test("a pong is a heartbeat with its latency", () => {
  const machine = Machine.open();
  machine.pass(25_000);
  machine.pass(40);
  machine.hear({ type: "pong", re: 1 });
  assert.deepEqual(machine.of("heartbeat"), [{ latency: 40 }]);
});

test("any traffic counts", () => {
  const machine = Machine.open();
  machine.pass(20_000);
  machine.entry("elsewhere", 1);
  machine.pass(24_999);
  assert.deepEqual(machine.said, []);
  machine.pass(1 + 9_999);
  machine.entry("elsewhere", 2);
  machine.pass(20_000);
  assert.equal(machine.session.state, "open");
});

test("silence past interval and timeout gives the connection up with 4009 and comes back", () => {
  const machine = Machine.open();
  machine.pass(35_000);
  assert.deepEqual(machine.closes, [4009]);
  assert.deepEqual(machine.of("heartbeat_timeout"), [{ silence: 35_000 }]);
  assert.deepEqual(machine.of("close"), [{ code: 4009, reason: "no heartbeat", clean: false, again: true }]);
  assert.equal(machine.session.state, "waiting");
});

test("options override what welcome says; an interval of 0 is never", () => {
  const quick = Machine.open({ heartbeatInterval: 10, heartbeatTimeout: 5 });
  quick.pass(15);
  assert.deepEqual(quick.closes, [4009]);
  const never = Machine.open({ heartbeatInterval: 0 });
  assert.equal(never.session.deadline(), Infinity);
});

test("a timer that comes late proves nothing: the question is put once more, and only once", () => {
  const machine = Machine.open();
  machine.pass(25_000);
  machine.now = 1_000_000;
  machine.do((session) => session.tick(machine.now));
  assert.equal(machine.session.state, "open");
  assert.equal(machine.said.length, 2);
  machine.now = 2_000_000;
  machine.do((session) => session.tick(machine.now));
  assert.equal(machine.session.state, "waiting");
});

test("a ping of the server is answered", () => {
  const machine = Machine.open();
  machine.hear({ type: "ping", id: "x" });
  assert.deepEqual(machine.said, [{ type: "pong", re: "x" }]);
});

test("a probe asks at once and gives the server 2.5 s; an answer is all it takes", () => {
  const machine = Machine.open();
  machine.pass(1_000);
  machine.do((session) => session.probe(machine.now));
  machine.do((session) => session.probe(machine.now));
  assert.deepEqual(machine.said, [{ type: "ping", id: 1 }]);
  machine.pass(2_000);
  machine.hear({ type: "pong", re: 1 });
  assert.deepEqual(machine.of("heartbeat"), [{ latency: 2_000 }]);
  machine.pass(24_999);
  assert.equal(machine.said.length, 1);
  machine.do((session) => session.probe(machine.now));
  machine.pass(2_499);
  assert.equal(machine.session.state, "open");
  machine.pass(1);
  assert.equal(machine.session.state, "waiting");
  assert.deepEqual(machine.closes, [4009]);
});

test("a probe shortens the patience with a ping that is on its way, and works without a heartbeat", () => {
  const machine = Machine.open();
  machine.pass(26_000);
  machine.do((session) => session.probe(machine.now));
  machine.pass(2_500);
  assert.equal(machine.session.state, "waiting");
  const silent = Machine.open({ heartbeatInterval: 0 });
  silent.do((session) => session.probe(silent.now));
  silent.pass(2_500);
  assert.equal(silent.session.state, "waiting");
});

test("a probe without a connection does nothing; the network coming back ends a wait, but not one that the server asked for", () => {
  const machine = Machine.open();
  machine.lose();
  machine.do((session) => session.probe(machine.now));
  assert.equal(machine.session.state, "waiting");
  machine.do((session) => session.online(machine.now));
  assert.equal(machine.session.state, "connecting");
  machine.resume();
  machine.lose(1013, "retryAfter=5000");
  machine.do((session) => session.online(machine.now));
  assert.equal(machine.session.state, "waiting");
});
