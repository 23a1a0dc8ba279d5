import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "#client/client.js";
import type { Options } from "#client/options.js";
import { WebSocket } from "ws";
import { Machine } from "./machine.js";
import { obliging, Server } from "./server.js";

const token = () => assert.fail("the machine asks with an effect");

/** Connecting, with a token asked for. */
function connecting(options: Options = {}): Machine {
  const machine = new Machine({ token, ...options });
  machine.do((session) => session.connect(0));
  return machine;
}

function give(machine: Machine, value: string): void {
  machine.do((session) => session.token(machine.now, machine.tokenRequests.at(-1)!.request, value));
}

/** Open, with a token. */
function open(options: Options = {}): Machine {
  const machine = connecting(options);
  give(machine, "first");
  machine.open();
  machine.hear({ type: "auth_success", re: 1, user: "ann", expiresIn: 60_000 });
  return machine;
}

test("nothing is opened before there is a token, and then at once", () => {
  const machine = connecting();
  assert.equal(machine.attempts.length, 0);
  give(machine, "first");
  assert.equal(machine.attempts.length, 1);
  machine.do((session) => session.opened());
  assert.deepEqual(machine.said, [{ type: "authenticate", id: 1, token: "first" }]);
});

test("one token is asked for at a time, and serves whoever needs it then", () => {
  const machine = open();
  machine.hear({ type: "auth_expiring", expiresIn: 20_000 });
  machine.lose();
  machine.pass(1000);
  assert.equal(machine.session.state, "connecting");
  machine.do((session) => session.reconnect(machine.now));
  assert.equal(machine.tokenRequests.length, 2, "of the first attempt, and of the renewal");
  give(machine, "second");
  assert.equal(machine.attempts.length, 2);
});

test("a token that comes after 30 s counts no more", () => {
  const machine = open();
  machine.lose();
  machine.pass(1000);
  const late = machine.tokenRequests.at(-1)!.request;
  machine.pass(30_000);
  assert.deepEqual(machine.of("auth_failed"), [{ message: "token: none within 30 s", again: true }]);
  machine.pass(2000);
  machine.do((session) => session.token(machine.now, late, "late"));
  assert.equal(machine.attempts.length, 1);
  give(machine, "in-time");
  assert.equal(machine.attempts.length, 2);
});

test("an unusable token is none, and is not repeated", () => {
  for (const bad of ["", "two words", "line\nbreak", "ä", "x".repeat(16_385), undefined as unknown as string]) {
    const machine = connecting();
    give(machine, bad);
    assert.equal(machine.attempts.length, 0);
    assert.match(machine.of("error")[0].message, /token: not usable \(expected: 1-16384 visible ASCII\)/);
    if (bad) assert.ok(!JSON.stringify(machine.reports).includes(bad));
  }
});

test("renewals that fail are repeated while there is time, with growing waits", () => {
  const machine = open();
  machine.hear({ type: "auth_expiring", expiresIn: 10_000 });
  for (let i = 0; i < 5; i++) {
    const { request } = machine.tokenRequests.at(-1)!;
    machine.do((session) => session.noToken(machine.now, request, "token: none"));
    machine.pass(5000);
  }
  assert.deepEqual(machine.tokenRequests.slice(1).map(({ at }) => at), [0, 1000, 7000]);
  assert.equal(machine.session.state, "open");
});

test("a renewal without an answer has failed, and is repeated", () => {
  const machine = open();
  machine.hear({ type: "auth_expiring", expiresIn: 60_000 });
  give(machine, "second");
  machine.pass(10_000);
  assert.deepEqual(machine.of("auth_failed"), [{ message: "authenticate: no answer in time", again: true }]);
  machine.pass(1000);
  assert.equal(machine.tokenRequests.length, 3);
});

test("after 4501 on an open connection another token is tried once, with the usual waits", () => {
  const machine = open();
  machine.lose(4501, "revoked");
  assert.equal(machine.session.state, "waiting");
  machine.pass(1000);
  give(machine, "first");
  assert.equal(machine.session.state, "closed");
  assert.equal(machine.attempts.length, 1);
  assert.deepEqual(machine.of("auth_failed").map(({ again }) => again), [true, false]);
  assert.equal(machine.of("error")[0].message, "token refused, and no other given");
  machine.pass(600_000);
  assert.equal(machine.tokenRequests.length, 2);
});

test("the waits grow over connections that 4501 soon ends", () => {
  const machine = open();
  const waits: number[] = [];
  for (let i = 0; i < 4; i++) {
    const since = machine.now;
    machine.lose(4501);
    while (machine.session.state === "waiting") machine.pass(1);
    waits.push(machine.now - since);
    give(machine, `token-${i}`);
    machine.do((session) => session.opened());
    machine.hear({ type: "resumed", re: 2, session: "s", user: "ann", logs: [] });
  }
  assert.deepEqual(waits, [1000, 2000, 4000, 8000]);
});

test("a token that the server repeats does not get into an error", () => {
  const machine = connecting();
  give(machine, "s3cr3t");
  machine.do((session) => session.opened());
  machine.hear({ type: "auth_failed", re: 1, message: "s3cr3t is unknown", retryable: false });
  machine.lose(4501, "s3cr3t");
  give(machine, "s3cr3t");
  assert.ok(!JSON.stringify(machine.reports).includes("s3cr3t"), JSON.stringify(machine.reports));
});

test("a server that lets guests in may refuse a token", () => {
  const machine = connecting();
  give(machine, "first");
  machine.open();
  machine.hear({ type: "auth_failed", re: 1, message: "no tokens here", retryable: false });
  assert.deepEqual(machine.of("auth_failed"), [{ message: "no tokens here", again: false }]);
  assert.equal(machine.session.state, "open");
  machine.pass(20_000);
  assert.equal(machine.tokenRequests.length, 1);
});

test("over a real socket: a renewal keeps the connection, and a refused token ends in two attempts", async () => {
  const server = obliging(await Server.start());
  let made = 0;
  const good = new Set(["token-1", "token-2"]);
  server.on.authenticate = ({ id, token: shown }, socket) => {
    if (good.has(shown)) return server.send({ type: "auth_success", re: id, user: "ann", expiresIn: 1000 }, socket);
    server.send({ type: "auth_failed", re: id, message: "no", retryable: false }, socket);
    socket.close(4501, "no");
  };
  const options = { WebSocket, token: async () => `token-${++made}`, reconnectDelay: 10, maxReconnectDelay: 10 };
  const client = new Client(server.url, options as Options);
  const proved: boolean[] = [];
  client.on("authenticated", ({ renewed }) => proved.push(renewed));
  const failures: boolean[] = [];
  client.onAuthFailure(({ again }) => failures.push(again));
  const told = new Promise((resolve) => client.once("authenticated", resolve));
  await client.connect();
  await told;
  assert.ok(client.isAuthenticated());
  const renewed = new Promise((resolve) => client.once("authenticated", resolve));
  server.send({ type: "auth_expiring", expiresIn: 250 });
  await renewed;
  assert.deepEqual(proved, [false, true]);
  assert.equal(server.connections.length, 1);

  const stopped = new Promise((resolve) => client.once("reconnect_failed", resolve));
  client.on("error", () => {});
  server.on.resume = () => {}; // the server waits for a proof
  server.last.terminate();
  await stopped;
  assert.equal(client.state, "closed");
  assert.equal(client.isAuthenticated(), false);
  assert.deepEqual(failures, [true, false]);
  assert.equal(server.connections.length, 3);
  assert.equal(made, 4);
  await server.stop();
});
