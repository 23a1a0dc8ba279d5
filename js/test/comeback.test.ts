import assert from "node:assert/strict";
import { test } from "node:test";
import { Machine } from "./machine.js";

/** The waits before so many attempts that all fail. */
function waits(machine: Machine, attempts: number): number[] {
  machine.attempts.length = 0;
  const result: number[] = [];
  let since = machine.now;
  for (let i = 0; i < attempts; i++) {
    machine.lose();
    while (machine.attempts.length === i) machine.pass(1);
    result.push(machine.now - since);
    since = machine.now;
  }
  return result;
}

test("the wait doubles from reconnectDelay to maxReconnectDelay", () => {
  const machine = Machine.open({ reconnectDelay: 100, maxReconnectDelay: 500 });
  assert.deepEqual(waits(machine, 5), [100, 200, 400, 500, 500]);
});

test("jitter is full: the wait is drawn evenly from 0", () => {
  const machine = Machine.open({ reconnectDelay: 100, maxReconnectDelay: 500 });
  machine.random = 0.25;
  assert.deepEqual(waits(machine, 4), [25, 50, 100, 125]);
});

test("a fixed delay stays and has no jitter", () => {
  const machine = Machine.open({ reconnectBackoff: "fixed", reconnectDelay: 70 });
  machine.random = 0;
  assert.deepEqual(waits(machine, 3), [70, 70, 70]);
});

test("the wait starts anew after a connection that opened", () => {
  const machine = Machine.open({ reconnectDelay: 100 });
  waits(machine, 3);
  machine.resume();
  assert.deepEqual(waits(machine, 2), [100, 200]);
});

test("going_away is obeyed, once", () => {
  const machine = Machine.open({ reconnectDelay: 100 });
  machine.hear({ type: "going_away", after: 1234 });
  assert.deepEqual(waits(machine, 2), [1334, 200]);
});

test("the wait that going_away asks for is bounded", () => {
  const machine = Machine.open();
  machine.hear({ type: "going_away", after: 1e12 });
  machine.lose(1001);
  assert.equal(machine.session.deadline(), 300_000);
});

for (const [code, reason, wait] of [
  [4029, '{"retryAfter":5000}', 5050], [4029, "retryAfter=5000", 5050], [1013, "retryAfter=5000", 5050],
  [4029, "retryAfter=0", 50], [4029, "retryAfter=-1", 51], [4029, "slow down", 50], [1001, "retryAfter=5000", 50],
  [4029, "retryAfter=999999999", 300_000], [4029, "retryAfter=99999999999999999999", 300_000],
] as const) {
  test(`after ${code} ${reason} it waits for ${wait} ms: no less than asked, jitter on top, at most 5 minutes`, () => {
    const machine = Machine.open({ reconnectDelay: 100 });
    machine.random = 0.5;
    machine.lose(code, reason);
    assert.equal(machine.session.deadline(), wait);
  });
}

test("a server that turns us away soon after each welcome is asked less and less often", () => {
  const machine = Machine.open({ reconnectDelay: 100 });
  for (const wait of [100, 200, 400, 800]) {
    machine.lose(4008, "too slow");
    machine.pass(wait - 1);
    assert.equal(machine.session.state, "waiting");
    machine.pass(1);
    machine.resume();
  }
  machine.pass(10_000);
  machine.lose(4008, "too slow");
  assert.equal(machine.session.deadline(), machine.now + 100, "a connection that settled counts");
});

test("a resume that is refused for now keeps the session, and waits as long as it was told", () => {
  const machine = Machine.open({ reconnectDelay: 100 });
  machine.lose();
  machine.pass(100);
  machine.do((session) => session.opened());
  machine.hear({ type: "error", re: 1, code: "unavailable", message: "", retryable: true, details: { retryAfter: 700 } });
  machine.pass(899);
  assert.equal(machine.session.state, "waiting");
  machine.pass(1);
  machine.do((session) => session.opened());
  assert.equal(machine.said.at(-1).type, "resume");
});

test("rooms that are more than a resume can name are joined again one by one, from where they were", () => {
  const machine = Machine.open({ reconnectDelay: 100 });
  const rooms = Array.from({ length: 12 }, (_, n) => `room-${n}-`.padEnd(60, "x"));
  for (const room of rooms) machine.join(room, 7);
  machine.lose();
  machine.pass(100);
  machine.said.length = 0;
  machine.resume(rooms.slice(1).map((room) => ({ room, epoch: "e", seq: 9, recovered: true })));
  assert.deepEqual(machine.said[0].logs, []);
  assert.deepEqual(
    machine.said.slice(1).map(({ type, room, since }) => [type, room, since.seq]),
    rooms.map((room) => ["join_room", room, 7]),
  );
});

test("after maxReconnectAttempts it gives up, says so and refuses what waits", () => {
  const machine = Machine.open({ reconnectDelay: 100, maxReconnectAttempts: 2 });
  const ticket = machine.do(() => machine.talk.publish(machine.now, { room: "r" }, "chat", {}));
  waits(machine, 2);
  machine.lose();
  assert.deepEqual(machine.of("reconnect_failed"), [{ attempt: 2 }]);
  assert.equal(machine.session.state, "closed");
  assert.equal(machine.refused.get(ticket)?.code, "closed");
  assert.equal(machine.session.deadline(), Infinity);
});

for (const [code, back] of [
  [1000, false], [1001, true], [1006, true], [1008, false], [1011, true], [1012, true], [1013, true],
  [4000, true], [4499, true], [4500, false], [4505, false], [3000, false],
] as const) {
  test(`after a close with ${code} it ${back ? "comes back" : "stops"}`, () => {
    const machine = Machine.open();
    machine.lose(code);
    assert.equal(machine.session.state, back ? "waiting" : "closed");
    assert.equal(machine.of("close")[0].again, back);
  });
}

test("without autoReconnect any close is the end", () => {
  const machine = Machine.open({ autoReconnect: false });
  machine.lose(1006);
  assert.equal(machine.session.state, "closed");
});

test("an attempt that is not greeted within connectionTimeout has failed", () => {
  const machine = new Machine({ connectionTimeout: 3000, reconnectFromStart: true });
  machine.do((session) => session.connect(0));
  machine.do((session) => session.opened());
  machine.pass(2999);
  assert.equal(machine.session.state, "connecting");
  machine.pass(1);
  assert.equal(machine.session.state, "waiting");
  assert.equal(machine.closes.length, 1);
});

test("reconnect by hand ends the wait at once", () => {
  const machine = Machine.open();
  machine.lose();
  machine.now = 3;
  machine.do((session) => session.reconnect(3));
  assert.deepEqual(machine.attempts, [0, 3]);
  machine.resume();
  assert.deepEqual(machine.of("reconnect_success"), [{ attempt: 1 }]);
});

test("the network coming back ends the wait, and nothing else", () => {
  const machine = Machine.open();
  machine.do((session) => session.online(0));
  assert.equal(machine.session.state, "open");
  machine.lose();
  machine.do((session) => session.online(0));
  assert.equal(machine.session.state, "connecting");
});

test("reconnect by hand replaces an open connection and keeps the session", () => {
  const machine = Machine.open();
  machine.do((session) => session.reconnect(0));
  assert.deepEqual(machine.closes, [undefined], "a close frame without a code: 1000 would end the session");
  machine.do((session) => session.opened());
  assert.equal(machine.said.at(-1).type, "resume");
});

test("reconnect by hand works after a final close, and resumes", () => {
  const machine = Machine.open();
  machine.lose(4509);
  machine.do((session) => session.reconnect(0));
  machine.do((session) => session.opened());
  assert.equal(machine.said.at(-1).type, "resume");
});

test("a resume that is refused makes way for a new session, and the room is joined from where it was", () => {
  const machine = Machine.open({ reconnectDelay: 100 });
  machine.join("r", 7);
  machine.lose();
  machine.pass(100);
  machine.do((session) => session.opened());
  machine.hear({ type: "error", re: 1, code: "conflict", message: "" });
  machine.pass(200);
  machine.open();
  assert.deepEqual(machine.said.at(-1), { type: "join_room", room: "r", since: { epoch: "e", seq: 7 }, id: 1 });
});

test("close while waiting is the end, and a new connect is a new session", () => {
  const machine = Machine.open();
  machine.join("r", 7);
  machine.lose();
  machine.do((session) => session.close(0));
  assert.equal(machine.session.state, "closed");
  machine.do((session) => session.connect(0));
  const before = machine.said.length;
  machine.open();
  assert.equal(machine.said.length, before, "no resume, no join");
});

test("a closing handshake that is not answered is given up", () => {
  const machine = Machine.open();
  machine.do((session) => session.close(0));
  assert.equal(machine.session.state, "closing");
  machine.pass(5000);
  assert.equal(machine.session.state, "closed");
  assert.equal(machine.of("close")[0].clean, false);
});
