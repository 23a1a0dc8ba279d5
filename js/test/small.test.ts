import assert from "node:assert/strict";
import { test } from "node:test";
import { Emitter } from "#client/emitter.js";
import { settings } from "#client/options.js";
import { uuid7 } from "#client/uuid.js";
import { Client } from "#client/index.js";

test("a UUIDv7 holds its time, version and variant", () => {
  const zero = uuid7(0, new Uint8Array(10));
  assert.equal(zero, "00000000-0000-7000-8000-000000000000");
  assert.equal(uuid7(0x0123456789ab, new Uint8Array(10).fill(255)), "01234567-89ab-7fff-bfff-ffffffffffff");
});

test("a listener that throws, at once or later, keeps nothing from the others", async () => {
  const thrown: unknown[] = [];
  const heard: number[] = [];
  const emitter = new Emitter<{ a: [number] }>((error) => thrown.push(error));
  emitter.on("a", () => {
    throw "now";
  });
  emitter.on("a", () => Promise.reject("later"));
  emitter.on("a", (n) => heard.push(n));
  emitter.emit("a", 1);
  await Promise.resolve();
  assert.deepEqual([thrown, heard], [["now", "later"], [1]]);
});

test("on returns what takes off; once hears once; off without a listener takes all off", () => {
  const heard: string[] = [];
  const emitter = new Emitter<{ a: [] }>(() => {});
  const off = emitter.on("a", () => heard.push("on"));
  emitter.once("a", () => heard.push("once"));
  emitter.emit("a");
  emitter.emit("a");
  off();
  emitter.emit("a");
  assert.deepEqual(heard, ["on", "once", "on"]);
  emitter.on("a", () => heard.push("again"));
  emitter.off("a");
  emitter.emit("a");
  assert.equal(heard.length, 3);
  assert.equal(emitter.empty, true);
});

test("a bad option is refused when the client is built, with what was expected", () => {
  const refused = (options: object) => {
    try {
      settings(options);
    } catch (error) {
      return (error as Error).message;
    }
    return "taken";
  };
  assert.equal(refused({ reconnectDelay: -1 }), "reconnectDelay: -1 (expected: a whole number from 0 to 2147483647)");
  assert.equal(refused({ requestTimeout: "1s" }), "requestTimeout: 1s (expected: a whole number from 1 to 2147483647)");
  assert.equal(refused({ reconnectBackoff: "slow" }), 'reconnectBackoff: slow (expected: "exponential" or "fixed")');
  assert.equal(refused({ maxReconnectDelay: 10 }), "maxReconnectDelay: 10 (expected: at least reconnectDelay, 1000)");
  assert.equal(refused({ maxReconnectAttempts: Infinity, heartbeatInterval: 0 }), "taken");
  assert.throws(() => new Client("localhost:8080", { WebSocket: class {} as never }), /^TypeError: url: localhost:8080 /);
});
